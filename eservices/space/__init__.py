"""The applicant's side: status pages, the own space, export and erasure of personal data."""
