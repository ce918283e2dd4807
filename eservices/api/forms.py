"""The form of a new token."""

from datetime import datetime, time, timedelta
from ipaddress import ip_network

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.models import Form
from home.validators import validate_no_control

from .scopes import Scope

LONGEST_LIFE = timedelta(days=366)
MOST_NETWORKS = 20


class NetworksField(forms.CharField):
    """Network addresses, one a line, as 203.0.113.0/24. Cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_NETWORKS:
            raise ValidationError(gettext("Name %(most)s networks at most.") % {"most": MOST_NETWORKS})
        return [self._network(line) for line in lines]

    @staticmethod
    def _network(line: str) -> str:
        try:
            return str(ip_network(line, strict=False))
        except ValueError:
            text = gettext("This is not a network address: %(line)s. It has the form 203.0.113.0/24.")
            raise ValidationError(text % {"line": line[:60]}) from None


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Program"),
        max_length=100,
        validators=[validate_no_control],
        help_text=_("Agents read this name beside what the program does."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    services = forms.ModelMultipleChoiceField(
        label=_("With the cases of these services"),
        queryset=Form.objects.order_by("slug"),
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A year from now at most. Then you make another token."),
    )
    networks = NetworksField(
        label=_("Network addresses that it comes from"),
        required=False,
        max_length=2_000,
        help_text=_("One a line, as 203.0.113.0/24. If empty, it may come from anywhere."),
    )
    per_minute = forms.IntegerField(label=_("Requests a minute"), min_value=1, max_value=6_000, initial=120)

    def clean_expires_on(self):
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if not today <= day <= today + LONGEST_LIFE:
            raise ValidationError(gettext("Choose a day from today on, within a year."))
        return day

    def clean(self):
        cleaned = super().clean()
        cleaned["forms"] = cleaned.pop("services", ())
        if day := cleaned.pop("expires_on", None):
            cleaned["expires_at"] = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return cleaned
