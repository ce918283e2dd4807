"""Signals of documents."""

from django.dispatch import Signal

# Sent with ``document`` inside the transaction that draws its number. The document's row says that it is due.
document_drawn = Signal()
