"""Forms on pages that everybody shares. These carry no session and no token: what is sent is looked at instead."""

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

HONEYPOT_FIELD = "website"  # a field that people do not see and robots fill in; components/trap.html draws it


class OwnEmailField(EmailAddressFormField):
    """The address of whoever fills in the form: a letter goes there."""

    default_validators = [*EmailAddressFormField.default_validators, validate_no_control]
    default_error_messages = {
        "required": gettext_lazy("Enter your e-mail address."),
        "invalid": gettext_lazy("This is not an e-mail address. Write it like this: name@example.ch."),
        "max_length": gettext_lazy("This address is too long."),
    }

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Your e-mail address"), "max_length": 254} | kwargs)


class HoneypotForm(forms.Form):
    """Whoever fills in the trap is thanked like anybody, and nothing is done."""

    website = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(HONEYPOT_FIELD))


class TimedForm(HoneypotForm):
    """A form in which somebody writes: nobody does within a second. Its page carries ``stamp``."""

    opened = forms.CharField(required=False, widget=forms.HiddenInput, initial=sign_opening_time)

    @property
    def stamp(self) -> str:
        """When the page was opened; shown again, the first one."""
        return self["opened"].value() or sign_opening_time()

    def clean(self):
        data = super().clean()
        hasty = is_submitted_too_fast(data.get("opened", ""), settings.LEAST_SECONDS_TO_FILE)
        if hasty and not self.is_trapped and not self.errors:
            raise ValidationError(_("That was quick. Read your answers, then press again."))
        return data


def rejection_status(
    request, form: HoneypotForm, allowed: Callable[[HttpRequest], bool], too_often: str
) -> int | None:
    """The status with which a form is shown again, its reasons added; None where it may be acted upon.

    ``allowed`` counts who asks and says whether they may go on. What fell into the trap is not counted.
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
    """429 where the mailbox had all its letters, the reason added; None where another may go. It counts one more.

    It is said, since who is told of a letter that never comes waits in vain. It tells nothing of who is known: every
    address is counted alike.
    """
    if form.is_trapped or letters.allows(rate_limits.normalize_mailbox(form.cleaned_data[field])):
        return None
    form.add_error(field, _("Several letters went to this address. Please send this again in an hour."))
    return 429
