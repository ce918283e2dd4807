"""Signals of lookups in the population register."""

from django.dispatch import Signal

# Sent with ``row`` inside the transaction that schedules a lookup. The row says that it is due.
lookup_due = Signal()
