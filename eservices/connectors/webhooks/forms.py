"""Forms of the screens of webhooks."""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from .logic.event_types import KINDS
from .models import WebhookEndpoint, WebhookKey
from .sending import is_internal_literal, is_own_address


class EndpointForm(WagtailAdminModelForm):
    """Name, address, events and services of an endpoint."""

    types = forms.MultipleChoiceField(
        label=pgettext_lazy("webhook", "Events"),
        choices=[(event_type, event_type) for event_type in KINDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("If none is chosen, all of them."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "types", "services")
        widgets = {"services": forms.CheckboxSelectMultiple}

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        place = urlsplit(url)
        if place.scheme != "https":
            raise ValidationError(_("Enter an address that begins with https."))
        if place.username or place.password:
            raise ValidationError(_("Leave name and password out of the address: messages are signed."))
        if is_own_address(url):
            raise ValidationError(_("This is an address of this site."))
        if is_internal_literal(place.hostname or ""):
            raise ValidationError(_("This address is in an internal network, which is not allowed here."))
        return url


class RotationForm(forms.Form):
    version = forms.ChoiceField(label=_("Kind of key"), choices=WebhookKey.Version.choices)


class ReplayForm(forms.Form):
    """The point from which events are sent again: a time, or the id of the last event that arrived."""

    since = forms.DateTimeField(
        label=_("Since"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    event = forms.CharField(
        label=_("or after the event"),
        required=False,
        max_length=60,
        help_text=_("The id of the last event that arrived, as evt_…"),
    )

    def clean(self):
        given = super().clean()
        if not self.errors and bool(given.get("since")) == bool(given.get("event")):
            raise ValidationError(_("Enter a time or the id of an event."))
        return given
