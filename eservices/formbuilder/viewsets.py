"""Admin for reference tables, which editors maintain by hand or by file."""

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from home.admin.action_views import refusal_as_message
from home.formats.spreadsheets import MAX_BYTES, SpreadsheetError
from home.web.downloads import CSV, as_download

from . import actions
from .models import HouseNumber, ReferenceRow, ReferenceTable
from .reference_tables import files


class ReferenceRowForm(WagtailAdminModelForm):
    """Form of a row, with a separate input for the label in each other language."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop(f"label_{settings.LANGUAGE_CODE}", None)  # it has the label itself
        for language in files.label_languages():
            self.initial.setdefault(f"label_{language}", self.instance.labels.get(language, ""))

    def clean(self):
        cleaned = super().clean()
        texts = {one: cleaned.get(f"label_{one}", "").strip() for one in files.label_languages()}
        self.instance.labels = {language: text for language, text in texts.items() if text}
        return cleaned


def _label_fields() -> dict[str, forms.CharField]:
    return {
        f"label_{code}": forms.CharField(label=name, required=False, max_length=200)
        for code, name in settings.LANGUAGES
    }


class ReferenceRowFilterSet(WagtailFilterSet):
    class Meta:
        model = ReferenceRow
        fields = ["table", "active"]


class ReferenceRowViewSet(SnippetViewSet):
    """The rows of all tables, which can be filtered by table."""

    model = ReferenceRow
    icon = "list-ol"
    menu_label = _("Rows")
    list_display = ["label", "value", "table", "order", BooleanColumn("active", label=_("Offered"))]
    filterset_class = ReferenceRowFilterSet
    search_fields = ["label", "value"]
    ordering = ["table", "order", "label"]
    list_per_page = 100
    copy_view_enabled = False
    panels = [
        FieldPanel("table"),
        FieldPanel("label"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel(name) for name in _label_fields()])],
            _("In other languages"),
        ),
        FieldPanel("value"),
        FieldRowPanel([FieldPanel("order"), FieldPanel("active")]),
        FieldPanel("extra"),
    ]

    def get_edit_handler(self):
        handler = super().get_edit_handler()
        handler.base_form_class = type("RowForm", (ReferenceRowForm,), _label_fields())
        return handler


class ReferenceTableViewSet(SnippetViewSet):
    """The tables, with links to their rows and files."""

    model = ReferenceTable
    icon = "table"
    menu_label = _("Tables")
    list_display = ["name", "key", Column("offered", label=_("Rows offered"))]
    search_fields = ["name", "key"]
    copy_view_enabled = False
    panels = [FieldPanel("name"), FieldPanel("key")]

    def get_queryset(self, request):
        return ReferenceTable.objects.annotate(offered=Count("rows", filter=Q(rows__active=True)))


class HouseNumberFilterSet(WagtailFilterSet):
    class Meta:
        model = HouseNumber
        fields = ["active"]


class HouseNumberViewSet(SnippetViewSet):
    """The house numbers of streets: a new house is added here before the next official file has it."""

    model = HouseNumber
    icon = "home"
    menu_label = _("House numbers")
    list_display = [
        "number",
        "street",
        "postcode",
        "town",
        "egid",
        BooleanColumn("active", label=_("Offered")),
    ]
    filterset_class = HouseNumberFilterSet
    search_fields = ["street__label", "number", "egid"]
    ordering = ["street__label", "position", "key"]
    list_per_page = 100
    copy_view_enabled = False
    panels = [
        FieldPanel("street"),
        FieldRowPanel([FieldPanel("number"), FieldPanel("active")]),
        FieldRowPanel([FieldPanel("postcode"), FieldPanel("town")]),
        FieldRowPanel([FieldPanel("egid"), FieldPanel("ewids")]),
        FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")]),
    ]

    def get_queryset(self, request):
        return HouseNumber.objects.select_related("street")


class ReferenceTablesGroup(SnippetViewSetGroup):
    menu_label = _("Tables")
    menu_icon = "table"
    menu_order = 700
    items = (ReferenceTableViewSet, ReferenceRowViewSet, HouseNumberViewSet)


# -- Files ---------------------------------------------------------------------------------------------------
class TableFileForm(forms.Form):
    """A file, or the rows that were read from it and shown."""

    file = forms.FileField(required=False, label=_("CSV or XLSX file"))
    rows = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        file, rows = self.cleaned_data.get("file"), self.cleaned_data.get("rows")
        if not file and not rows:
            raise forms.ValidationError(_("Choose a file."))
        name, content = (file.name, file.read(MAX_BYTES + 1)) if file else ("", rows.encode())
        try:
            self.cleaned_data["lines"] = files.read_table_file(name, content)
        except SpreadsheetError as refused:
            raise forms.ValidationError(refused.reasons) from None
        return self.cleaned_data


def editable_table(request, pk) -> ReferenceTable:
    """Return the table, for users with the right to change tables."""
    if not request.user.has_perm("eservices_formbuilder.change_referencetable"):
        raise PermissionDenied
    return get_object_or_404(ReferenceTable, pk=pk)


def page_of_table(table: ReferenceTable, title: str) -> dict:
    """Return the header and the breadcrumbs of an admin page about a table."""
    return {
        "header_title": str(table),
        "header_icon": "table",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {
                "url": reverse(ReferenceTable.snippet_viewset.get_url_name("list")),
                "label": _("Reference tables"),
            },
            {"url": "", "label": title},
        ],
    }


@require_http_methods(["GET", "POST"])
def import_file(request, pk):
    """Show the changes of an import, then, after confirmation, apply them."""
    table = editable_table(request, pk)
    form = TableFileForm(request.POST or None, request.FILES or None)
    lines = form.cleaned_data["lines"] if form.is_bound and form.is_valid() else None
    if lines is not None and _imported(request, table, lines, form.cleaned_data["shown"]):
        return redirect(rows_url(table))
    rows = _rows(table)
    context = {
        "table": table,
        "form": form,
        "changes": None if lines is None else files.compare_rows(rows, lines),
        "rows": files.write_table_file(lines) if lines else "",
        "shown": files.rows_digest(rows),
        **page_of_table(table, _("Import into “%(table)s”") % {"table": table}),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "formbuilder/admin/import.html", context, status=status)


def _imported(request, table: ReferenceTable, lines: list, shown: str) -> bool:
    """Import the lines if their changes were ``shown``. Return whether the import was done."""
    if not shown:
        return False
    with refusal_as_message(request):
        actions.import_rows(actor=request.user, table=table, lines=lines, shown=shown)
        messages.success(request, _("The table is imported."))
        return True
    return False


@require_safe
def export_file(request, pk):
    """Return the table as CSV, with the byte order mark that spreadsheets need to read it as UTF-8."""
    table = editable_table(request, pk)
    content = "\ufeff" + files.write_table_file(_rows(table))
    return as_download(HttpResponse(content, content_type=CSV), f"{table.key}.csv")


def _rows(table: ReferenceTable):
    return list(table.rows.order_by("order", "pk"))


def rows_url(table: ReferenceTable) -> str:
    return f"{reverse(ReferenceRow.snippet_viewset.get_url_name('list'))}?table={table.pk}"


urlpatterns = [
    path("reference-tables/<int:pk>/import/", import_file, name="reference_table_import"),
    path("reference-tables/<int:pk>/export/", export_file, name="reference_table_export"),
]
