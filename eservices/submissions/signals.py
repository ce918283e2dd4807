"""What this app tells those above it."""

from django.dispatch import Signal

# Sent with ``submission`` inside the transaction of sending. A receiver that raises aborts the send.
submission_sent = Signal()
