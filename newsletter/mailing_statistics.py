"""Statistics of a mailing, counted from its rows. The behaviour of readers is not tracked."""

from django.db.models import Count, Q

from .models import Mailing
from .states import RecipientState as Is


def mailing_statistics(mailing: Mailing) -> dict[str, int]:
    """Return the number of recipients by state, and how many unsubscribed afterwards."""
    rows = mailing.recipients
    counted = rows.aggregate(
        all=Count("pk"), **{state.value: Count("pk", filter=Q(state=state)) for state in Is}
    )
    found = counted | {
        "done": counted["all"] - counted[Is.PENDING],
        "left": rows.filter(state=Is.SENT).unsubscribed().count(),
    }
    for told in mailing.report.values():  # one report per campaign at an external service
        for name in ("bounced", "complained"):
            found[name] += told[name]
        found["left"] = max(found["left"], told["left"])
    return found
