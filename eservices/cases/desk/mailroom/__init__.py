"""The mailroom: agents print and post the paper letters of their teams and record proofs of delivery."""
