"""Forms of imports: the file, its columns, and the filter of the report."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from eservices.accounts.models import User
from eservices.connectors.transmissions.logic.transformations import PICKS
from eservices.formbuilder.models import ReferenceTable
from home.extensions.import_kinds import TargetField, import_kinds
from home.formats.table_files import ENCODINGS
from home.localization.file_sizes import format_size_limit

from . import access
from .logic.column_mapping import KEY, MappedColumn, mapping_problems
from .models import ImportLine, SpreadsheetImport

CHANGES = ("fixed", "split_by", "part", "table", "upper", "cut")  # of ``MappedColumn``, by the same names
MAX_UPLOAD_BYTES = 30 * 1024 * 1024
ENCODING_NAMES = dict(zip(ENCODINGS, ("UTF-8", "Windows-1252", "ISO-8859-1", "UTF-16"), strict=True))


class UploadForm(forms.Form):
    """The kind of objects, the place where they go, and the file."""

    kind = forms.ChoiceField(label=gettext_lazy("What is imported"))
    origin = forms.CharField(
        label=gettext_lazy("Origin"),
        max_length=60,
        help_text=gettext_lazy(
            "Name of the list or the platform, always the same. What was imported from it once is recognized."
        ),
    )
    file = forms.FileField(label=gettext_lazy("File: CSV or XLSX"))
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV file"),
        required=False,
        choices=[("", gettext_lazy("recognize it")), *ENCODING_NAMES.items()],
    )
    separator = forms.ChoiceField(
        label=gettext_lazy("Separator of a CSV file"),
        required=False,
        choices=[
            ("", gettext_lazy("recognize it")),
            (";", gettext_lazy("semicolon")),
            (",", gettext_lazy("comma")),
            ("tab", gettext_lazy("tab")),
            ("|", gettext_lazy("vertical bar")),
        ],
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(self._kinds(user))

    def _kinds(self, user: User) -> Iterator[tuple[str, str]]:
        """Yield each kind, or each place where it can go, as “KIND” or “KIND:TARGET”."""
        for key, kind in access.kinds_for(user):
            if not kind.target_label:
                yield key, str(kind.label)
            for value, label in kind.targets(user):
                yield f"{key}:{value}", f"{kind.label}: {label}"

    def clean_origin(self):
        return self.cleaned_data["origin"].replace("\0", "")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".txt", ".xlsx")):
            raise forms.ValidationError(
                _("Choose a CSV or XLSX file. Save other spreadsheets as one of them.")
            )
        if file.size > MAX_UPLOAD_BYTES:
            limit = format_size_limit(MAX_UPLOAD_BYTES)
            raise forms.ValidationError(_("The file is too large: at most %(limit)s.") % {"limit": limit})
        return file

    def clean_separator(self):
        return {"tab": "\t"}.get(self.cleaned_data["separator"], self.cleaned_data["separator"])

    def clean(self):
        data = super().clean()
        if "kind" in data:
            data["kind"], _colon, data["target"] = data["kind"].partition(":")
        return data


class ColumnsForm(forms.Form):
    """The column that fills each field, and what changes on the way."""

    def __init__(
        self, *args, spreadsheet_import: SpreadsheetImport, mapping: dict[str, MappedColumn], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.header = spreadsheet_import.header
        self.targets: Sequence[TargetField] = import_kinds[spreadsheet_import.kind].fields(
            spreadsheet_import.target
        )
        self.tables = list(ReferenceTable.objects.order_by("name").values_list("key", "name"))
        for target in [self._key_field(), *self.targets]:
            self._add(target, mapping.get(target.key, MappedColumn()))

    def _key_field(self) -> TargetField:
        text = _(
            "Number or reference that identifies the line. Importing the file again then changes nothing."
        )
        return TargetField(KEY, _("Key"), required=True, help=text)

    def _add(self, target: TargetField, now: MappedColumn) -> None:
        columns = [("", "–"), *((name, name) for name in self.header if name)]
        first, second, *_more = *now.columns, "", ""
        label = f"{target.label} *" if target.required else str(target.label)
        choice, text = forms.ChoiceField, forms.CharField
        self.fields |= {
            f"{target.key}-column": choice(
                label=label, choices=columns, initial=first, required=False, help_text=target.help
            ),
            f"{target.key}-second": choice(
                label=_("Append this column"), choices=columns, initial=second, required=False
            ),
            f"{target.key}-fixed": text(
                label=_("Text if there is no column or its cell is empty"),
                initial=now.fixed,
                max_length=200,
                required=False,
            ),
            f"{target.key}-split_by": text(
                label=_("Divide at"), initial=now.split_by, max_length=5, required=False, strip=False
            ),
            f"{target.key}-part": choice(
                label=_("Part"),
                choices=[("", _("everything")), *PICKS.items()],
                initial=now.part,
                required=False,
            ),
            f"{target.key}-table": choice(
                label=_("Replace by the reference table"),
                choices=[("", "–"), *self.tables],
                initial=now.table,
                required=False,
            ),
            f"{target.key}-upper": forms.BooleanField(
                label=_("Capital letters"), initial=now.upper, required=False
            ),
            f"{target.key}-cut": forms.BooleanField(
                label=_("Cut what is too long"), initial=now.cut, required=False
            ),
        }

    def rows(self):
        """Yield for each field the choice of its column, the fields of what changes, and whether any is used."""
        for target in [self._key_field(), *self.targets]:
            more = [self[f"{target.key}-{name}"] for name in ("second", *CHANGES)]
            yield self[f"{target.key}-column"], more, any(one.value() for one in more)

    def clean(self):
        data = super().clean()
        mapping = {}
        for target in [self._key_field(), *self.targets]:
            chosen = {name: data.get(f"{target.key}-{name}") for name in CHANGES}
            columns = [data.get(f"{target.key}-{name}") for name in ("column", "second")]
            line = MappedColumn(columns=tuple(filter(None, columns)), **chosen)
            if not line.is_empty:
                mapping[target.key] = line
        problems = mapping_problems(mapping, self.targets, self.header, [key for key, _name in self.tables])
        for key, text in problems.items():
            self.add_error(f"{key}-column", text)
        return {"mapping": mapping}


class StartForm(forms.Form):
    """The moment from which the import may begin."""

    not_before = forms.DateTimeField(
        label=gettext_lazy("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Empty: at once."),
    )

    def clean_not_before(self):
        at = self.cleaned_data["not_before"]
        if at and at > timezone.now() + timedelta(days=14):
            raise forms.ValidationError(_("Choose a time within two weeks: the file is deleted later."))
        return at


class ReportFilterForm(forms.Form):
    """The filter of a report. An invalid choice shows everything."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("lines of an import", "Result"),
        required=False,
        choices=[("", gettext_lazy("all")), *ImportLine.Outcome.choices],
    )

    def filtered(self, lines):
        """Return the lines that match the filter."""
        chosen = self.cleaned_data.get("outcome") if self.is_valid() else ""
        return lines.filter(outcome=chosen) if chosen else lines
