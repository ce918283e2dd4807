"""Fees due and how they are paid."""
