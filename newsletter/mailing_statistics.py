"""What a mailing came to. Counted from its rows: nothing follows what a reader does."""

from django.db.models import Count, Q

from .models import Mailing
from .states import RecipientState as Is


def mailing_statistics(mailing: Mailing) -> dict[str, int]:
    """Recipients by what became of their letter, and how many left afterwards."""
    rows = mailing.recipients
    counted = rows.aggregate(
        all=Count("pk"), **{state.value: Count("pk", filter=Q(state=state)) for state in Is}
    )
    found = counted | {
        "done": counted["all"] - counted[Is.PENDING],
        "left": rows.filter(state=Is.SENT).unsubscribed().count(),
    }
    for told in mailing.report.values():  # of each campaign at a service
        for name in ("bounced", "complained"):
            found[name] += told[name]
        found["left"] = max(found["left"], told["left"])
    return found
