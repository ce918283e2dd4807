"""Decisions that may be appealed as plain data, for what is taken away or filed."""

from eservices.deliveries.paragraphs import paragraphs_to_text

from ..models import Case


def decision_rows(case: Case) -> list[dict]:
    """When each was taken, what it says, and what became of it."""
    return [
        {
            "at": one.decided_at,
            "title": one.title,
            "text": paragraphs_to_text(one.paragraphs).strip(),
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
