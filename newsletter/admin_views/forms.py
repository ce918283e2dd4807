"""Forms for actions on campaigns. Their cleaned data are the arguments of the actions."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressFormField
from home.validators import validate_no_control


class SendTestForm(forms.Form):
    to = EmailAddressFormField(label=_("To"), max_length=254, validators=[validate_no_control])


class ScheduleForm(forms.Form):
    """The time of sending; empty for now."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": _("Write day and hour as 2026-12-01T07:00.")},
    )

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at and at < timezone.now():
            raise forms.ValidationError(_("This moment is past."))
        return at


class EmptyForm(forms.Form):
    """An action without arguments."""
