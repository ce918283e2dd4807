"""Signals of the outbox. They are sent inside the transaction of their cause."""

from django.dispatch import Signal

# A paper letter was posted. Sent with ``delivery`` and ``actor``.
letter_posted = Signal()
# The day on which a paper letter was delivered was recorded. Sent with ``delivery``, ``actor`` and ``on``.
letter_delivered = Signal()
# A delivery is done, or was skipped with a reason. Sent with ``delivery``.
delivery_ended = Signal()
# A delivery is stuck: it is not retried automatically. Sent with ``delivery``.
delivery_stuck = Signal()
# A delivery has failed for some minutes and is retried. Sent after each further failure, with ``delivery`` and
# ``fault``.
delivery_late = Signal()
# A transport failed several times in a row and is paused. Sent once per outage, with ``carrier`` and ``fault``.
circuit_opened = Signal()
