"""Retention of cases by service, and of answers by question. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.definition import FieldDefinition


class Disposition(TextChoices):
    """The fate of a case when its retention ends."""

    ELIMINATE = "eliminate", _("erasure")
    ARCHIVE = "archive", _("archiving, then erasure here")


@dataclass(frozen=True)
class RetentionRule:
    """The retention of a service's closed cases. ``on_request``: the applicant may have one erased earlier."""

    months: int
    disposition: str
    on_request: bool = False

    @property
    def disposition_words(self) -> str:
        """The label of the disposition, such as “erasure”."""
        return str(Disposition(self.disposition).label)

    def due(self, closed_at: datetime) -> datetime:
        """Return when the retention of a case closed at ``closed_at`` ends."""
        return closed_at + relativedelta(months=self.months)

    def closed_by(self, now: datetime) -> datetime:
        """Return the latest closing time of cases whose retention is over."""
        return now - relativedelta(months=self.months)


def parse_rule(settings: dict[str, Any]) -> RetentionRule | None:
    """Return the retention rule in a definition's settings; None if it has none: such cases are never erased."""
    found = settings.get("retention", {})
    if not found.get("months"):
        return None
    return RetentionRule(
        found["months"], found.get("disposition", Disposition.ELIMINATE), found.get("on_request", False)
    )


# -- Answers with a shorter retention ------------------------------------------------------------------------
def answers_due(fields: Iterable[FieldDefinition], closed_at: datetime) -> dict[str, datetime]:
    """Return when answers with their own retention are due for erasure, by question key."""
    return {field.key: closed_at + timedelta(days=field.retention) for field in fields if field.retention > 0}
