"""Pure rules of the accounting export."""
