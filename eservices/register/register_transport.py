"""The population register among the transports of the outbox.

It transports no deliveries, but is monitored and tested like a transport.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from .models import CheckOutcome, RegisterCheck
from .persons import DeclaredPerson
from .population_register import configured_register


class RegisterTransport:
    """The connection to the register."""

    label = _("Register")

    def probe(self) -> None:
        """Search for an invented person. Raise ``RegisterUnavailable`` without a usable answer."""
        configured_register().find(DeclaredPerson(family_name="Test"))

    def hasten(self, now: datetime) -> None:
        """Make failed checks due, so that the next job asks again."""
        unanswered = RegisterCheck.objects.filter(outcome=CheckOutcome.PENDING).exclude(fault="")
        unanswered.filter(due_at__gt=now).update(due_at=now)
