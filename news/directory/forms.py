"""Forms for directory entries, for keepers and for visitors who propose one."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.web.public_forms import HoneypotForm, OwnEmailField
from news.proposals.forms import ProposalForm

from .models import DirectoryEntry, DirectoryTheme


class KeeperLinkForm(HoneypotForm):
    """The form for the keeper's address of an entry."""

    email = OwnEmailField(help_text=_("Use the address shown in the entry, or the one you gave us for it."))


class CoordinateField(forms.FloatField):
    """Degrees, with a point or a comma."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20})

    def to_python(self, value):
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class EntryForm(forms.Form):
    """All fields that a keeper may propose to change."""

    kind = forms.ChoiceField(
        label=_("Type of entry"),
        choices=DirectoryEntry.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Enter the name.")})
    theme = forms.ChoiceField(
        label=_("Theme"),
        error_messages={
            "required": _("Choose a theme from the list."),
            "invalid_choice": _("Choose a theme from the list."),
        },
    )
    summary = forms.CharField(
        label=_("Summary in one sentence"),
        help_text=_("Activities and audience."),
        max_length=200,
        error_messages={"required": _("Describe the activities in one sentence.")},
    )
    description = forms.CharField(
        label=_("Description"), max_length=4000, required=False, widget=forms.Textarea
    )
    meets = forms.CharField(
        label=_("When"), help_text=_("Meeting times or opening hours."), max_length=200, required=False
    )
    contact_name = forms.CharField(label=_("Person to contact"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = OwnEmailField(label=_("E-mail address that is shown"), required=False)
    web = forms.URLField(
        label=_("Website"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={
            "invalid": _("This is not an address of a website. Write it like this: www.example.ch.")
        },
    )
    street = forms.CharField(label=_("Street and number"), max_length=120, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    town = forms.CharField(label=_("Town"), max_length=80, required=False)
    lat = CoordinateField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    lon = CoordinateField(label=_("Longitude"), required=False, min_value=-180, max_value=180)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        themes = DirectoryTheme.objects.in_language(get_language())
        self.fields["theme"].choices = [
            ("", _("Choose…")),
            *((str(one.translation_key), one.name) for one in themes),
        ]
        for name in ("lat", "lon"):
            self.fields[name].widget.attrs["id"] = f"place-{name}"

    def clean_description(self):
        return self.cleaned_data["description"].replace("\r\n", "\n")

    def clean_web(self):
        web = self.cleaned_data["web"]
        if web and not web.startswith(("http://", "https://")):
            raise forms.ValidationError(self.fields["web"].error_messages["invalid"])
        return web

    def clean(self):
        data = super().clean()
        if "lat" in data and "lon" in data and (data["lat"] is None) != (data["lon"] is None):
            missing = "lat" if data["lat"] is None else "lon"
            self.add_error(missing, _("Coordinates are two numbers: latitude and longitude."))
        return data

    def has_input(self) -> bool:
        """Return whether fields were submitted with other values than the shown ones."""
        return any(name in self.data for name in self.fields) and self.has_changed()

    def values(self) -> dict:
        """Return plain data, as ``DirectoryEntry.values`` does."""
        return {name: self.cleaned_data[name] for name in DirectoryEntry.PROPOSED}


class NewEntryForm(ProposalForm, EntryForm):
    """The form for a new entry."""

    field_order = [*EntryForm.base_fields, "sender"]


class ImportedEntryForm(EntryForm):
    """The form for a line of a spreadsheet. Lists of offices often lack the summary; whether to show it may be told."""

    summary = forms.CharField(label=_("Summary in one sentence"), max_length=200, required=False)
    keeper_email = OwnEmailField(label=_("E-mail address of the keeper"), required=False)
    shown = forms.BooleanField(label=_("Shown on the site"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        themes = DirectoryTheme.objects.values_list("translation_key", "name")
        self.fields["theme"].choices = [(str(key), name) for key, name in themes]

    def clean_shown(self):
        return self.data.get("shown") == "1"

    def sentences(self) -> list[str]:
        """Return all errors, each with the label of its field."""
        return [
            f"{self.fields[name].label}: {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]
