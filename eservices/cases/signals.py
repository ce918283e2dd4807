"""Signals of cases."""

from django.dispatch import Signal

# Sent with ``case`` and ``actor`` inside the transaction in which a case is opened, after its receipt.
case_opened = Signal()

# Sent with ``case`` inside the transaction that makes its process due. The case's row says so already.
process_due = Signal()

# Sent with ``case`` and ``actor`` inside the transaction that discards a rehearsal, before it is deleted.
# Apps with rows on the case must delete them, with their files.
rehearsal_discarded = Signal()

# Sent with ``case`` and ``event`` inside the transaction that adds an event to the audit log of a case, with the
# case locked. Receivers must check ``event.kind`` before they query the database.
event_recorded = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which an answer is corrected.
case_amended = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which the address in a case becomes known as protected.
case_protected = Signal()

# Sent with ``letter`` when a letter template is validated. Receivers raise ValidationError for a text that cannot be
# filled in.
letter_template_cleaned = Signal()

# Sent with ``case``, ``other`` and ``actor`` inside the transaction that closes a case as a duplicate: ``other`` goes
# on, and takes over what was promised on ``case``.
case_merged = Signal()

# Sent with ``case`` and ``actor`` inside the transaction that erases the personal data of a case. Apps with rows on
# the case must erase the personal data in them; numbers, dates and hashes stay.
case_erased = Signal()
