"""What this app tells those above it."""

from django.dispatch import Signal

# Sent with ``submission`` inside the transaction of sending, and with the ``team`` that treats it where the sender
# knows better than the form. A receiver that raises aborts the send.
submission_sent = Signal()

# Sent with ``draft``, ``step``, its ``answers``, those of the draft ``before``, who acts (``actor``) and the network
# address that asks (``caller``), inside the transaction that saves a step. A receiver that raises ``actions.NotKept``
# refuses it; one may answer with texts for whoever saved it.
step_saved = Signal()

# Sent with ``stored`` inside the transaction that notes that a stored file carries a virus. Its content is
# destroyed; the row stays.
file_infected = Signal()
