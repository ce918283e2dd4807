"""What residents see of their requests: private links, own space, export and erasure."""
