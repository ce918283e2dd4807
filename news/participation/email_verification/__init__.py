"""What somebody does waits until the owner of the address says it is theirs."""
