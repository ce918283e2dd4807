"""How long cases are kept, and what becomes of them: archived or erased, once a named authority approved it."""
