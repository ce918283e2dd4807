"""Checks of all forms of participation against robots and mass use, without puzzles."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from home.web import public_forms, rate_limits
from home.web.public_forms import HoneypotForm, OwnEmailField, TimedForm

PER_CLIENT = rate_limits.RateLimit(
    "participation-client", 60
)  # an office or a school may share one network address
PER_EMAIL = rate_limits.RateLimit(
    "participation-email", 6
)  # e-mails that a stranger can cause to one address
MAX_LINKS = 2
LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)


def validate_few_links(text: str) -> None:
    """Raise ValidationError if the text contains more than ``MAX_LINKS`` links, as advertising does."""
    if len(LINK.findall(text)) > MAX_LINKS:
        raise ValidationError(
            ngettext("At most %(n)s link, please.", "At most %(n)s links, please.", MAX_LINKS)
            % {"n": MAX_LINKS}
        )


class ParticipantForm(HoneypotForm):
    """A form that asks for the address, unless the participant is recognised."""

    email = OwnEmailField(
        help_text=gettext_lazy("We send you a link to confirm. Your address is not shown to others.")
    )

    def __init__(self, *args, known: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        if known:
            del self.fields["email"]


class ModeratedTextForm(TimedForm, ParticipantForm):
    """A form in which participants write texts."""

    def need_one_of(self, questions: list[str]) -> None:
        """Add an error to the first of several questions if none is answered."""
        if questions and not any(self.cleaned_data.get(name) or name in self.errors for name in questions):
            self.add_error(questions[0], _("Answer at least one question."))


def rejection_status(request, form: ParticipantForm, *, over: bool = False) -> int | None:
    """Return the status with which a form is shown again, with its errors; None if it is accepted.

    ``over``: the period ended while the participant wrote; the form still shows the answers.
    """
    if over:
        form.add_error(None, _("The consultation has ended."))
        return 409
    too_often = _("Too many messages were sent from here. Try again in an hour.")
    if status := public_forms.rejection_status(request, form, PER_CLIENT.allows_client, too_often):
        return status
    email = form.cleaned_data.get("email")  # only if the participant is not recognised
    if email and not form.is_trapped and not PER_EMAIL.allows_mailbox(email):
        form.add_error(
            "email",
            _(
                "Several e-mails are on their way to this address. Press the button in one of them, then "
                "send this again. You do not need another e-mail."
            ),
        )
        return 429
    return None
