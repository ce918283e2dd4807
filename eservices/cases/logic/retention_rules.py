"""How long a service keeps its cases, and how long a question its answers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.definition import FieldDefinition


class Disposition(TextChoices):
    """What becomes of a case once it was kept long enough."""

    ELIMINATE = "eliminate", _("erasure")
    ARCHIVE = "archive", _("archiving, then erasure here")


@dataclass(frozen=True)
class RetentionRule:
    """How long a service keeps closed cases. ``on_request``: the applicant may have one erased before."""

    months: int
    disposition: str
    on_request: bool = False

    @property
    def disposition_words(self) -> str:
        """What becomes of them: “erasure”."""
        return str(Disposition(self.disposition).label)

    def due(self, closed_at: datetime) -> datetime:
        """When a case that was closed then has been kept long enough."""
        return closed_at + relativedelta(months=self.months)

    def closed_by(self, now: datetime) -> datetime:
        """A case closed no later than this has been kept long enough."""
        return now - relativedelta(months=self.months)


def parse_rule(settings: dict) -> RetentionRule | None:
    """The rule among the settings of a definition; None where it says nothing: such cases are kept."""
    found = settings.get("retention", {})
    if not found.get("months"):
        return None
    return RetentionRule(
        found["months"], found.get("disposition", Disposition.ELIMINATE), found.get("on_request", False)
    )


# -- Answers that go before the case -------------------------------------------------------------------------
def answers_due(fields: Iterable[FieldDefinition], closed_at: datetime) -> dict[str, datetime]:
    """The questions whose answers are erased before the case, and when."""
    return {field.key: closed_at + timedelta(days=field.retention) for field in fields if field.retention > 0}
