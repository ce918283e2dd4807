"""Admin views of imports: the list, a new one, its report, and what can be done with it."""

from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import ActionFormMixin, action_view
from home.web.downloads import TABLES, table_download

from . import access, actions
from .exceptions import ImportRefused
from .forms import ReportFilterForm, SourceForm
from .import_report import report_header, report_rows
from .models import ImportedObject, ImportItem, SiteImport
from .tasks import work_on_imports

PER_PAGE, MOST_LISTED = 50, 50
State = SiteImport.State


class ImportListView(WagtailAdminTemplateMixin, TemplateView):
    """All imports, the latest first."""

    template_name = "mysite/site_import/index.html"
    page_title = gettext_lazy("Import of an old site")
    header_icon = "download"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(imports=access.imports_for(self.request.user)[:MOST_LISTED], **kwargs)


class ImportPageMixin(WagtailAdminTemplateMixin):
    """Mixin of the views below the list."""

    header_icon = "download"

    def get_breadcrumbs_items(self):
        index = {"url": reverse("site_imports:index"), "label": ImportListView.page_title}
        return [*super().get_breadcrumbs_items(), index, {"url": "", "label": self.page_title}]


class NewImportView(ImportPageMixin, ActionFormMixin, FormView):
    """The form that starts a trial run."""

    template_name = "mysite/site_import/new.html"
    form_class = SourceForm
    page_title = gettext_lazy("New import")

    def dispatch(self, request, *args, **kwargs):
        if not access.may_import(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def post(self, request, *args, **kwargs):
        def create(**chosen):
            site_import = actions.create_import(actor=request.user, **chosen)
            work_on_imports.enqueue()
            return site_import

        return self.perform(
            self.get_form(),
            action=create,
            done=_("The trial run has begun. It changes nothing."),
            back=lambda site_import: reverse("site_imports:report", args=[site_import.pk]),
        )

    def show_again(self, form, status: int):
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = status
        return response


class ReportView(ImportPageMixin, TemplateView):
    """The state of an import, and its report by object."""

    template_name = "mysite/site_import/report.html"

    @cached_property
    def site_import(self) -> SiteImport:
        return access.import_for(self.request.user, self.kwargs["pk"])

    @property
    def page_title(self):
        return str(self.site_import)

    def get_context_data(self, **kwargs):
        one = self.site_import
        filters = ReportFilterForm(self.request.GET, site_import=one)
        items = filters.filtered(one.items.all())
        page = Paginator(items, PER_PAGE).get_page(self.request.GET.get("page"))
        query = self.request.GET.copy()
        query.pop("page", None)
        return super().get_context_data(
            one=one,
            filters=filters,
            page=page,
            rows=_with_results(one, list(page)),
            query=query.urlencode(),
            totals=one.totals() if not one.is_working or one.has_run else [],
            number=one.items.count(),
            read=one.items.filter(is_read=True).count(),
            done=one.items.filter(step=one.state).count(),
            may_start=one.state == State.REPORTED and access.may_start(self.request.user, one),
            **kwargs,
        )


def _with_results(site_import: SiteImport, items: list[ImportItem]) -> list[tuple[ImportItem, str, str]]:
    """Return items with the address at which what was made of them is edited, and their outcome in words."""
    found = ImportedObject.objects.filter(origin=site_import.origin, key__in=[item.key for item in items])
    urls = {}
    for made in found:
        view = "wagtailadmin_pages" if made.page_id else "wagtailimages" if made.image_id else "wagtaildocs"
        urls[made.key] = reverse(f"{view}:edit", args=[made.target_id])
    labels = site_import.outcome_labels()
    return [(item, urls.get(item.key, ""), labels.get(item.outcome, "")) for item in items]


@require_safe
def export_report(request, pk: int, kind: str) -> StreamingHttpResponse:
    """Return the report as CSV or XLSX."""
    site_import = access.import_for(request.user, pk)
    if kind not in TABLES:
        raise Http404
    name = pgettext("name of a file", "import-report")
    return table_download(kind, str(_("Report")), report_header(), report_rows(site_import), name)


@action_view("site_imports:report", "pk")
def start_import(request, pk: int) -> str:
    """Start the import after its trial run."""
    site_import = access.import_for(request.user, pk)
    if not access.may_start(request.user, site_import):
        raise ImportRefused(_("You may not create or publish pages here."))
    actions.start_import(actor=request.user, site_import=site_import)
    work_on_imports.enqueue()
    return _("The import has begun.")


@action_view("site_imports:report", "pk")
def repeat_import(request, pk: int):
    """Begin a new trial run of the same source."""
    site_import = actions.repeat_import(actor=request.user, site_import=access.import_for(request.user, pk))
    work_on_imports.enqueue()
    return redirect("site_imports:report", site_import.pk)


@action_view("site_imports:index")
def delete_import(request, pk: int) -> str:
    """Delete an import and its report. What was imported stays."""
    actions.delete_import(actor=request.user, site_import=access.import_for(request.user, pk))
    return _("The import and its report are deleted. What was imported stays.")
