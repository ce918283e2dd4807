"""Signals of the newsletter."""

from django.dispatch import Signal

# Sent with ``mailing`` when a mailing is due, outside of transactions or after the commit. The row says so already.
mailing_due = Signal()
