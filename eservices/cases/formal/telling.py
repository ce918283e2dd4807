"""Decisions that may be appealed as plain data, for what is taken away or filed."""

from eservices.cases.models import Case
from eservices.deliveries.paper.paragraphs import plain


def told_in_decisions(case: Case) -> list[dict]:
    """When each was taken, what it says, and what became of it."""
    return [
        {
            "at": one.decided_at,
            "title": one.title,
            "text": plain(one.paragraphs).strip(),
            "authority": one.authority,
            "days": one.days,
            "unit": one.unit,
            "notified": one.notified_on,
            "proof": one.proof,
            "last_day": one.last_day,
            "appealed": one.appealed_on,
        }
        for one in case.formal_decisions.all()
    ]
