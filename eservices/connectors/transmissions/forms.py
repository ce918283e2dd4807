"""Forms of the screens of connected systems."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from eservices.cases.models import Case

from ..business_system import business_systems
from ..configuration import InvalidConfiguration
from .models import ConnectedSystem

CONNECTIONS = {  # the values that each kind of connection has, in the order of the form
    "folder": ("folder", "format", "layout"),
    "sftp": ("host", "port", "user", "host_key", "password", "private_key", "folder", "format", "layout"),
    "http": (
        *("url", "takes", "answers", "token", "token_url", "client_id", "client_secret", "scope"),
        *("certificate", "certificate_key", "authority", "callback_token", "callback_key"),
    ),
}
MARKS = {"sftp": "SFTP", "http": "HTTPS"}  # after the labels of what only one kind of connection has
SECRETS = (
    "password",
    "private_key",
    "token",
    "client_secret",
    "certificate_key",
    "callback_token",
    "callback_key",
)
KINDS = [
    ("folder", gettext_lazy("folder on this server")),
    ("sftp", gettext_lazy("folder on an SFTP server")),
    ("http", gettext_lazy("JSON over HTTPS")),
]
FORMATS = [
    ("json", "JSON"),
    ("csv", "CSV"),
    ("xlsx", "XLSX"),
    ("fixed_width", gettext_lazy("fixed width")),
    ("ech", gettext_lazy("XML with an envelope of eCH-0058")),
]
TAKES = [
    ("transmissions", gettext_lazy("transmissions, as business software")),
    ("mutations", gettext_lazy("mutations, as a population register")),
]
ANSWERS = [
    ("now", gettext_lazy("at once")),
    ("polling", gettext_lazy("when it is asked")),
    ("callback", gettext_lazy("by calling this site")),
]


def _text(label, *, help_text="", most=500) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, help_text=help_text)


def _secret(label, *, lines=False) -> forms.CharField:
    widget = (
        forms.Textarea({"rows": 4}) if lines else forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    return forms.CharField(
        label=label,
        required=False,
        max_length=50_000,
        widget=widget,
        help_text=gettext_lazy("Never shown again. If empty, it stays as it is."),
    )


class ConnectedSystemForm(WagtailAdminModelForm):
    """Name, connection and rhythm of a connected system. Values of other kinds of connection are left out."""

    kind = forms.ChoiceField(label=gettext_lazy("Connection"), choices=KINDS)
    folder = _text(gettext_lazy("Folder"))
    host = _text(gettext_lazy("Server"))
    port = forms.IntegerField(label=gettext_lazy("Port"), required=False, min_value=1, max_value=65_535)
    user = _text(gettext_lazy("User"))
    host_key = _text(
        gettext_lazy("Fingerprint of the server"),
        help_text=gettext_lazy("As SHA256:…, from its operator."),
    )
    password = _secret(gettext_lazy("Password"))
    private_key = _secret(gettext_lazy("Private key"), lines=True)
    url = _text(gettext_lazy("Address"), help_text="https://…")
    takes = forms.ChoiceField(label=gettext_lazy("It takes"), choices=TAKES, required=False)
    answers = forms.ChoiceField(label=gettext_lazy("It answers"), choices=ANSWERS, required=False)
    token = _secret(gettext_lazy("Token"))
    token_url = _text(gettext_lazy("Address for tokens (OAuth 2)"))
    client_id = _text(gettext_lazy("Client id"))
    client_secret = _secret(gettext_lazy("Secret of the client"))
    scope = _text(gettext_lazy("Scope"))
    certificate = forms.CharField(
        label=gettext_lazy("Our certificate"), required=False, widget=forms.Textarea({"rows": 4})
    )
    certificate_key = _secret(gettext_lazy("Key of our certificate"), lines=True)
    authority = forms.CharField(
        label=gettext_lazy("Certificate of their authority"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    callback_token = _secret(gettext_lazy("Token of its calls"))
    callback_key = _secret(gettext_lazy("Key that signs its calls"))
    format = forms.ChoiceField(label=gettext_lazy("Format of the files"), choices=FORMATS, required=False)
    layout = forms.CharField(
        label=gettext_lazy("Layout of the files, as JSON"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("For experts: see the manual of connectors. If empty, the usual one."),
    )

    class Meta:
        model = ConnectedSystem
        fields = ("name", "key", "rhythm", "hour", "collect_up_to", "answers_within", "told", "is_enabled")

    field_order = ["name", "key", "kind"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for kind, mark in MARKS.items():
            others = {name for one, names in CONNECTIONS.items() if one != kind for name in names}
            for name in set(CONNECTIONS[kind]) - others:
                self.fields[name].label = f"{self.fields[name].label} ({mark})"
        if self.instance.pk:
            self.fields["key"].disabled = True
            self.fields["kind"].initial = self.instance.kind
            for name, value in self.instance.configuration.items():
                if name in self.fields and name not in SECRETS:
                    shown = json.dumps(value, ensure_ascii=False, indent=1) if name == "layout" else value
                    self.fields[name].initial = shown

    def clean_layout(self) -> dict[str, Any]:
        text = self.cleaned_data["layout"].strip()
        try:
            layout = json.loads(text) if text else {}
        except ValueError:
            raise ValidationError(_("This is no JSON.")) from None
        if not isinstance(layout, dict):
            raise ValidationError(_("Enter values by name, between braces."))
        return layout

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        kind = given.get("kind", "")
        if kind not in CONNECTIONS or "layout" not in given:
            return given
        former = self.instance.configuration if self.instance.kind == kind else {}
        found = {
            name: given.get(name) or (former.get(name) if name in SECRETS else None)
            for name in CONNECTIONS[kind]
        }
        self.configuration = {name: value for name, value in found.items() if value}
        try:
            business_systems[kind](self.configuration).close()
        except InvalidConfiguration as fault:
            for name, text in fault.faults.items():
                self.add_error(name if name in self.fields else None, text)
        return given

    def save(self, commit: bool = True) -> ConnectedSystem:
        self.instance.kind, self.instance.configuration = self.cleaned_data["kind"], self.configuration
        system: ConnectedSystem = super().save(commit)
        return system


class PreviewForm(forms.Form):
    """The case on which a mapping is tried."""

    reference = forms.CharField(label=gettext_lazy("Reference of a case"), max_length=40)

    def __init__(self, *args: Any, cases: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cases = cases

    def clean_reference(self) -> Case:
        found = self.cases.filter(reference=self.cleaned_data["reference"].strip()).first()
        if found is None:
            raise ValidationError(_("You have no case with this reference."))
        return found
