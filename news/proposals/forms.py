"""What every public form of a proposal has beside what is proposed."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from home.haste import is_hasty
from home.validators import validate_no_control

EMAIL_FAULTS = {
    "required": _("Enter your e-mail address."),
    "invalid": _("This is not an e-mail address. Write it like this: name@example.ch."),
    "max_length": _("This address is too long."),
}


class SentForm(forms.Form):
    """Who proposes, and what robots stumble over."""

    sender = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send a link there, by which you confirm. It is not shown on the site."),
        max_length=254,
        validators=[validate_no_control],
        error_messages=EMAIL_FAULTS,
    )
    website = forms.CharField(required=False)  # a trap: people don't see it, robots fill it
    opened = forms.CharField(required=False)

    def clean(self):
        data = super().clean()
        if not self.errors and is_hasty(data["opened"], settings.LEAST_SECONDS_TO_FILE):
            raise forms.ValidationError(_("That was quick. Read your answers, then press again."))
        return data

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data.get("website"))
