"""The register on the board of the outbox: carries nothing, but fails, is told of and is tested like a carrier."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from eservices.deliveries.transports import transports

from .models import CheckOutcome, RegisterCheck
from .persons import DeclaredPerson
from .population_register import configured_register


class RegisterTransport:
    """The line to the register."""

    label = _("Register")

    def probe(self) -> None:
        """Asks for somebody who is not there; raises ``Away``."""
        configured_register().find(DeclaredPerson(family_name="Test"))

    def hasten(self, now: datetime) -> None:
        """What it did not answer is asked again by the next sweep."""
        unanswered = RegisterCheck.objects.filter(outcome=CheckOutcome.PENDING).exclude(fault="")
        unanswered.filter(due_at__gt=now).update(due_at=now)


transports.register("register")(RegisterTransport())
