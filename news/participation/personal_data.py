"""Personal data of participation. Votes and survey answers contain no address and are not included."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from .email_verification.actions import delete_pending_action
from .models import PendingAction
from .moderation import access
from .moderation.actions import erase_written
from .moderation.models import ModeratedText


def participation_rows(email: str) -> list[ModeratedText | PendingAction]:
    """Return the moderated texts and the pending actions of an address."""
    return [*access.all_written_by(email), *PendingAction.objects.of_address(email)]


def export_row(one: ModeratedText | PendingAction) -> dict:
    if isinstance(one, PendingAction):
        return {"kind": one.kind, "waits_until": one.link_expires_at.isoformat(), "said": one.payload}
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


def erase_row(one: ModeratedText | PendingAction) -> None:
    if isinstance(one, PendingAction):
        delete_pending_action(pending=one)
    else:
        erase_written(written=one)


personal_data_holdings.register("participation")(
    PersonalDataHolding(_("Ideas, contributions and comments"), participation_rows, export_row, erase_row)
)
