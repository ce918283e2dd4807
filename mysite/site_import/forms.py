"""Form that starts the trial run of an import."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.models import Page

from . import access
from .models import SiteImport
from .readers import READERS
from .source_files import MAX_UPLOAD_BYTES, too_large


class SourceForm(forms.Form):
    """The kind of source, an address or an export, and the place of the pages."""

    source = forms.ChoiceField(label=gettext_lazy("Kind of source"))
    address = forms.URLField(
        label=gettext_lazy("Address of the old site"),
        max_length=400,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "For example https://www.example.ch. Links and files of an export are completed with it."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Export, or a ZIP with the export and its files"), required=False
    )
    parent = forms.ChoiceField(label=gettext_lazy("Page above"))
    publish = forms.BooleanField(
        label=gettext_lazy("Publish at once, instead of creating drafts"), required=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["source"].choices = [(key, one.label) for key, one in READERS.items()]
        self.fields["parent"].choices = [
            (page.pk, f"{'– ' * (page.depth - 2)}{page.title} ({page.locale.language_code})")
            for page in access.possible_parents()
        ]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(too_large(MAX_UPLOAD_BYTES))
        return file

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        reader, file = READERS[data["source"]], data["file"]
        if file and not file.name.lower().endswith((*reader.files, ".zip")):
            kinds = ", ".join(one.lstrip(".").upper() for one in reader.files) or "–"
            self.add_error("file", _("This kind of source is read from: %(kinds)s.") % {"kinds": kinds})
        if not reader.files and file:
            self.add_error("file", _("This kind of source needs no file."))
        if reader.needs_file and not file:
            self.add_error("file", _("Choose the file with the export."))
        if not data["address"] and not (file and reader.names_address):
            self.add_error("address", _("Enter the address of the old site."))
        data["parent"] = Page.objects.get(pk=data["parent"]).specific
        if not access.may_import_below(self.user, data["parent"], reader.only_kinds, publish=data["publish"]):
            self.add_error("parent", _("You may not create or publish pages here."))
        return data


class ReportFilterForm(forms.Form):
    """The filters of a report. An invalid choice shows everything."""

    outcome = forms.ChoiceField(label=pgettext_lazy("objects of an import", "Result"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    remarks = forms.ChoiceField(label=gettext_lazy("Remarks"), required=False)

    def __init__(self, *args, site_import: SiteImport, **kwargs):
        super().__init__(*args, **kwargs)
        items = SiteImport._meta.get_field("items").related_model
        everything = [("", _("all"))]
        self.fields["outcome"].choices = everything + list(site_import.outcome_labels().items())
        self.fields["kind"].choices = everything + list(items.KINDS)
        self.fields["remarks"].choices = [*everything, ("on", _("With remarks only"))]

    def filtered(self, items):
        """Return the items that match the filters."""
        chosen = self.cleaned_data if self.is_valid() else {}
        for name in ("outcome", "kind"):
            if chosen.get(name):
                items = items.filter(**{name: chosen[name]})
        return items.exclude(remarks=[]) if chosen.get("remarks") else items
