"""The register on the board of the outbox: carries nothing, but fails, is told of and is tested like a carrier."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from eservices.deliveries.carriers import carriers

from .models import Check, Outcome
from .people import Declared
from .registers import register


class RegisterLine:
    """The line to the register."""

    label = _("Register")

    def probe(self) -> None:
        """Asks for somebody who is not there; raises ``Away``."""
        register().find(Declared(family_name="Test"))

    def hasten(self, now: datetime) -> None:
        """What it did not answer is asked again by the next sweep."""
        unanswered = Check.objects.filter(outcome=Outcome.PENDING).exclude(fault="")
        unanswered.filter(due_at__gt=now).update(due_at=now)


carriers.register("register")(RegisterLine())
