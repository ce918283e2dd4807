"""What cases tell the apps above them."""

from django.dispatch import Signal

# Sent with ``case`` and ``actor`` inside the transaction in which a case is opened, after its receipt.
case_opened = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which a rehearsal is thrown away, before it goes.
# Whoever keeps rows on the case deletes them now, with their files.
rehearsal_discarded = Signal()

# Sent with ``case`` and ``event`` inside the transaction in which something is written to the trace of a case, under
# its lock. Receivers look at ``event.kind`` before they ask the database anything.
event_recorded = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which an answer is corrected.
case_amended = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which a case becomes known as one of somebody whose address
# is protected.
case_protected = Signal()

# Sent with ``case``, ``other`` and ``actor`` inside the transaction in which a case is closed as filed twice: ``other``
# survives, and what was promised on ``case`` goes on there.
case_merged = Signal()

# Sent with ``case`` and ``actor`` inside the transaction in which a case's personal data are erased. Whoever keeps
# rows on the case forgets now what is personal in them; numbers, dates and digests stay.
case_erased = Signal()
