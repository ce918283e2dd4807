"""Signals of payments."""

from django.dispatch import Signal

# Sent with ``payment_id`` when a payment is due to be polled at its provider, outside of transactions or after the
# commit. The row says so already.
payment_due = Signal()

# Sent with ``refund`` after the commit of the transaction that records it. The row says that it is due.
refund_due = Signal()
