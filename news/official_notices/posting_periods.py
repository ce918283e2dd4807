"""Shortest posting of acts by law, per country and canton, with its source. Pure data.

Only rules with a known source are listed. For all other acts and places the commune sets the days in the type of
notice, under its own responsibility. The days include the first and the last. Belgium has no rule, because its
regions differ and the settings know none of them.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    BUILDING_ENQUIRY = "building_enquiry", _("Application for a building permit, open to objections")
    BUILDING_PERMIT = "building_permit", _("Building permit that was granted")
    ENVIRONMENTAL_ENQUIRY = "environmental_enquiry", _("Project with an environmental assessment, enquiry")
    BANNS = "banns", _("Banns of marriage")


@dataclass(frozen=True)
class PostingPeriod:
    """The shortest posting of an act.

    ``subdivision``: ISO 3166-2, "" for the whole country. ``months``: for laws that count in months; ``days`` is then
    the smallest number that they have.
    """

    act: Act
    country: str
    subdivision: str
    days: int
    source: str
    months: int = 0

    def last_day(self, first: date) -> date:
        """Return the last day of the shortest posting from ``first``."""
        if not self.months:
            return first + timedelta(days=self.days - 1)
        end = first + relativedelta(months=self.months)
        return end - timedelta(days=1) if end.day == first.day else end


PERIODS = (
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "VD", 30, "art. 109 al. 1 LATC (BLV 700.11)"),
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "GE", 30, "art. 3 al. 2 LCI (rs/GE L 5 05)"),
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "FR", 14, "art. 140 LATeC (RSF 710.1)"),
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "ZH", 20, "§ 314 Abs. 4 PBG (LS 700.1)"),
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "AG", 30, "§ 60 Abs. 2 BauG (SAR 713.100)"),
    PostingPeriod(Act.BUILDING_ENQUIRY, "CH", "TI", 15, "art. 6 LE (RL 705.100)"),
    PostingPeriod(Act.BUILDING_PERMIT, "FR", "", 59, "art. R. 424-15 du code de l’urbanisme (deux mois)", 2),
    PostingPeriod(Act.ENVIRONMENTAL_ENQUIRY, "FR", "", 30, "art. L. 123-9 du code de l’environnement"),
    PostingPeriod(Act.BANNS, "FR", "", 10, "art. 64 du code civil"),
)


def posting_period(act: str, country: str, subdivision: str) -> PostingPeriod | None:
    """Return the rule for an act in a place; None if none is known."""
    for period in PERIODS:
        if (period.act, period.country) == (act, country) and period.subdivision in ("", subdivision):
            return period
    return None
