"""Screens of imports: the list, a new one, its columns, its report, and what can be done with it."""

from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import ActionFormMixin, action_view
from home.formats.spreadsheets import SpreadsheetError
from home.formats.table_files import TableFormat, read_head
from home.web.downloads import TABLES, table_download

from . import access, actions
from .exceptions import ImportRefused
from .forms import ColumnsForm, ReportFilterForm, StartForm, UploadForm
from .logic.column_mapping import MappedColumn, guess_mapping, read_mapping
from .models import ImportLine, SpreadsheetImport
from .report_table import report_header, report_rows
from .tasks import work_on_imports

PER_PAGE, MOST_LISTED, SAMPLES = 50, 50, 3
State = SpreadsheetImport.State


class ImportListView(WagtailAdminTemplateMixin, TemplateView):
    """The imports of the person, the latest first."""

    template_name = "imports/admin/index.html"
    page_title = gettext_lazy("Import from spreadsheets")
    header_icon = "table"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        found = access.imports_for(self.request.user)
        return super().get_context_data(imports=found[:MOST_LISTED], **kwargs)


class ImportPageMixin(WagtailAdminTemplateMixin):
    """Mixin of the screens below the list."""

    header_icon = "table"

    def get_breadcrumbs_items(self):
        index = {"url": reverse("spreadsheet_imports:index"), "label": ImportListView.page_title}
        return [*super().get_breadcrumbs_items(), index, {"url": "", "label": self.page_title}]

    @cached_property
    def spreadsheet_import(self) -> SpreadsheetImport:
        return access.import_for(self.request.user, self.kwargs["pk"])

    def show_again(self, form, status: int):
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = status
        return response


class UploadView(ImportPageMixin, ActionFormMixin, FormView):
    """The form for a file."""

    template_name = "imports/admin/upload.html"
    form_class = UploadForm
    page_title = gettext_lazy("New import")

    def dispatch(self, request, *args, **kwargs):
        access.check_may_import(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def post(self, request, *args, **kwargs):
        def create(**chosen):
            return actions.create_import(actor=request.user, **chosen)

        return self.perform(
            self.get_form(),
            action=create,
            done=_("The file is uploaded. Choose its columns."),
            back=lambda one: reverse("spreadsheet_imports:columns", args=[one.pk]),
        )


class ColumnsView(ImportPageMixin, ActionFormMixin, TemplateView):
    """The choice of the columns, with the first lines of the file. It starts the trial run."""

    template_name = "imports/admin/columns.html"
    page_title = gettext_lazy("Columns")

    def get_context_data(self, **kwargs):
        one = self.spreadsheet_import
        form = kwargs.pop("form", None) or self._form(None)
        return super().get_context_data(one=one, form=form, samples=_samples(one), **kwargs)

    def _form(self, data) -> ColumnsForm:
        one = self.spreadsheet_import
        return ColumnsForm(data, spreadsheet_import=one, mapping=_known_mapping(one))

    def post(self, request, pk):
        def check(mapping):
            done = actions.start_check(
                actor=request.user, spreadsheet_import=self.spreadsheet_import, mapping=mapping
            )
            work_on_imports.enqueue()
            return done

        return self.perform(
            self._form(request.POST),
            action=check,
            done=_("The trial run has begun. It changes nothing."),
            back=reverse("spreadsheet_imports:report", args=[pk]),
        )


def _known_mapping(one: SpreadsheetImport) -> dict[str, MappedColumn]:
    """Return the mapping of an import; else that of the last one with the same columns; else a guess by name."""
    if one.mapping:
        return read_mapping(one.mapping)
    earlier = SpreadsheetImport.objects.filter(kind=one.kind, target=one.target, header=one.header)
    if same := earlier.exclude(mapping={}).first():
        return read_mapping(same.mapping)
    return guess_mapping(one.import_kind.fields(one.target), one.header)


def _samples(one: SpreadsheetImport) -> list[tuple[str, list[str]]]:
    """Return each column with its first values."""
    try:
        with one.file.open("rb") as file:
            _header, lines = read_head(
                one.file_name, actions.opened_content(file), TableFormat(one.encoding, one.separator), SAMPLES
            )
    except (OSError, SpreadsheetError):
        lines = []
    columns = enumerate(one.header)
    return [
        (name, [line.cells[place] for line in lines if place < len(line.cells)])
        for place, name in columns
        if name
    ]


class ReportView(ImportPageMixin, ActionFormMixin, TemplateView):
    """The state of an import and its report by line. Its form starts the import."""

    template_name = "imports/admin/report.html"

    @property
    def page_title(self):
        return str(self.spreadsheet_import)

    def get_context_data(self, **kwargs):
        one = self.spreadsheet_import
        filters = ReportFilterForm(self.request.GET)
        page = Paginator(filters.filtered(one.lines.all()), PER_PAGE).get_page(self.request.GET.get("page"))
        query = self.request.GET.copy()
        query.pop("page", None)
        totals = one.totals()
        return super().get_context_data(
            one=one,
            filters=filters,
            page=page,
            rows=_with_urls(one, list(page)),
            query=query.urlencode(),
            totals=totals,
            number=sum(amount for _value, _label, amount in totals),
            done=one.lines.filter(is_imported=True).count() if one.state == State.IMPORTING else 0,
            start=kwargs.pop("form", None) or StartForm(),
            **kwargs,
        )

    def post(self, request, pk):
        def start(not_before):
            done = actions.start_import(
                actor=request.user, spreadsheet_import=self.spreadsheet_import, not_before=not_before
            )
            work_on_imports.enqueue()
            return done

        return self.perform(
            StartForm(request.POST),
            action=start,
            done=_("The import is planned."),
            back=reverse("spreadsheet_imports:report", args=[pk]),
        )


def _with_urls(one: SpreadsheetImport, lines: list[ImportLine]) -> list[tuple[ImportLine, str]]:
    """Return lines with the address at which staff see what was made of them."""
    urls = one.import_kind.admin_urls([line.object_pk for line in lines if line.object_pk])
    return [(line, urls.get(line.object_pk, "")) for line in lines]


@require_safe
def export_report(request, pk: int, kind: str) -> StreamingHttpResponse:
    """Return the report as CSV or XLSX."""
    one = access.import_for(request.user, pk)
    if kind not in TABLES:
        raise Http404
    name = pgettext("name of a file", "import-report")
    return table_download(kind, str(_("Report")), report_header(), report_rows(one), name)


@action_view("spreadsheet_imports:index")
def delete_import(request, pk: int) -> str:
    """Delete an import with its file and report. What was imported stays."""
    one = access.import_for(request.user, pk)
    if one.is_working and one.attempts:
        raise ImportRefused(_("This import is in progress. Delete it when it has finished."))
    actions.delete_import(actor=request.user, spreadsheet_import=one)
    return _("The file and its report are deleted. What was imported stays.")
