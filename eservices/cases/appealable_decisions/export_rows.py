"""Appealable decisions as plain data, for exports and record transfer."""

from eservices.deliveries.paragraphs import paragraphs_to_text

from ..models import Case


def decision_rows(case: Case) -> list[dict]:
    """Return each decision with its day, text, notification and appeal."""
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
