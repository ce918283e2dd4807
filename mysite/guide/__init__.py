"""The guides of docs/ inside the admin: read where the work is, and one source for both."""
