"""Forms on cached pages. These have no session and no token, so the submitted request itself is checked."""

from collections.abc import Callable

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.fields import EmailAddressFormField

from ..validators import validate_no_control
from . import rate_limits
from .form_timing import is_submitted_too_fast, sign_opening_time
from .same_origin import is_same_origin

HONEYPOT_FIELD = (
    "website"  # a field that is hidden from people and filled in by bots; rendered by components/trap.html
)


class OwnEmailField(EmailAddressFormField):
    """The e-mail address of the person who fills in the form."""

    default_validators = [*EmailAddressFormField.default_validators, validate_no_control]
    default_error_messages = {
        "required": gettext_lazy("Enter your e-mail address."),
        "invalid": gettext_lazy("This is not an e-mail address. Write it like this: name@example.ch."),
        "max_length": gettext_lazy("This address is too long."),
    }

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Your e-mail address"), "max_length": 254} | kwargs)


class HoneypotForm(forms.Form):
    """Form with a honeypot. A bot that fills it in gets the usual thanks, and nothing is done."""

    website = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(HONEYPOT_FIELD))


class TimedForm(HoneypotForm):
    """A form with text, which nobody fills in within a second. Its page contains ``stamp``."""

    opened = forms.CharField(required=False, widget=forms.HiddenInput, initial=sign_opening_time)

    @property
    def stamp(self) -> str:
        """The signed time when the page was first opened."""
        return self["opened"].value() or sign_opening_time()

    def clean(self):
        data = super().clean()
        hasty = is_submitted_too_fast(data.get("opened", ""), settings.LEAST_SECONDS_TO_FILE)
        if hasty and not self.is_trapped and not self.errors:
            raise ValidationError(_("That was very quick. Check your answers, then send again."))
        return data


def rejection_status(
    request, form: HoneypotForm, allowed: Callable[[HttpRequest], bool], too_often: str
) -> int | None:
    """Return the HTTP status for an invalid form, with errors added to it; None if the form is valid.

    ``allowed`` counts the request and returns whether it is within the rate limit. Honeypot submissions are not
    counted.
    """
    if not is_same_origin(request):
        form.add_error(
            None, _("We could not see that this came from our site. Please send it again from here.")
        )
        return 403
    if not form.is_valid():
        return 422
    if not form.is_trapped and not allowed(request):
        form.add_error(None, too_often)
        return 429
    return None


def mailbox_limit_status(form: HoneypotForm, field: str, letters: rate_limits.RateLimit) -> int | None:
    """Return 429 and add an error if the mailbox got too many e-mails; else None. Counts one more.

    The error is shown, because a person who is promised an e-mail that never comes would wait in vain. It does not
    reveal which addresses are known: all are counted alike.
    """
    if form.is_trapped or letters.allows_mailbox(form.cleaned_data[field]):
        return None
    form.add_error(field, _("Several e-mails were sent to this address. Send this again in an hour."))
    return 429
