"""What participation keeps of a person, for their own space. Votes and answers to surveys tell nobody's address."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from .models import Pending
from .moderation import access
from .moderation.actions import erase as erase_written
from .moderation.models import Written
from .proving.actions import delete


def rows(email: str) -> list[Written | Pending]:
    """What was handed in, and what still waits for its mailed link."""
    return [*access.written_by(email), *Pending.objects.filter(email=email)]


def told(one: Written | Pending) -> dict:
    if isinstance(one, Pending):
        return {"kind": one.kind, "waits_until": one.expires_at.isoformat(), "said": one.payload}
    return {
        "kind": one.kind,
        "title": one.called,
        "text": one.text,
        "answers": getattr(one, "answers", []),
        "name": one.name,
        "shown": one.get_shown_as_display(),
        "state": one.get_state_display(),
        "handed_in": one.handed_in_at.isoformat(),
        "reply": one.reply,
    }


def forget(one: Written | Pending) -> None:
    if isinstance(one, Pending):
        delete(pending=one)
    else:
        erase_written(written=one)


personal.register("participation")(Holding(_("Ideas, contributions and comments"), rows, told, forget))
