"""Charges of cases and how they are paid."""
