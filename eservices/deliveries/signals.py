"""What the outbox tells the apps above it, inside the transaction in which it happens."""

from django.dispatch import Signal

# A letter on paper was posted. Sent with ``delivery`` and ``actor``.
letter_posted = Signal()
# It is known on which day a letter on paper was delivered. Sent with ``delivery``, ``actor`` and ``on``.
letter_delivered = Signal()
# A delivery is done, or was skipped with a reason. Sent with ``delivery``.
delivery_ended = Signal()
# Nobody tries a delivery again by themselves. Sent with ``delivery``.
delivery_stuck = Signal()
# A delivery has failed for some minutes and is tried again. Sent once for each, with ``delivery`` and ``fault``.
delivery_late = Signal()
# A carrier failed several times in a row: nothing is tried for a while. Sent with ``carrier`` and ``fault``.
circuit_opened = Signal()
