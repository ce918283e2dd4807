"""Signals of this app."""

from django.dispatch import Signal

# Sent with ``submission`` inside the transaction of sending, and with the ``team`` that treats it if the sender knows
# it better than the form. A receiver that raises aborts the sending.
submission_sent = Signal()

# Sent with ``draft``, ``step``, its ``answers``, those of the draft ``before``, the ``actor`` and the network address
# of the request (``caller``), inside the transaction that saves a step. A receiver that raises
# ``actions.AnswerUnavailable`` refuses it; a receiver may return messages for the applicant.
step_saved = Signal()

# Sent with ``draft`` inside the transaction that erases an unsent draft, before: it expired, or its owner deletes it.
draft_abandoned = Signal()

# Sent with ``stored`` inside the transaction that records that a stored file is infected. Its content is destroyed; the
# row stays.
file_infected = Signal()
