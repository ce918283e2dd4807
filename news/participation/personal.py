"""What participation keeps of a person, for their own space. Votes and answers to surveys tell nobody's address."""

from django.utils.translation import gettext_lazy as _

from home.personal import Holding, personal

from .models import Pending
from .moderation import access
from .moderation.actions import erase as erase_written


def count(email: str) -> int:
    return len(access.written_by(email))


def export(email: str) -> list[dict]:
    return [
        {
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
        for one in access.written_by(email)
    ]


def erase(email: str) -> None:
    for one in access.written_by(email):
        erase_written(written=one)
    Pending.objects.filter(email__iexact=email).delete()


personal.register("participation")(Holding(_("Ideas, contributions and comments"), count, export, erase))
