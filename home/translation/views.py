"""Admin view of the state of translations."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from . import report

PER_PAGE = 50


def may_view_translations(user) -> bool:
    return user.has_perm("wagtail_localize.submit_translation")


class TranslationReportView(WagtailAdminTemplateMixin, TemplateView):
    """A row per object and a column per language; filtered by type, language and state."""

    template_name = "home/admin/translation_report.html"
    page_title = _("State of translations")
    header_icon = "wagtail-localize-language"

    def dispatch(self, request, *args, **kwargs):
        if not may_view_translations(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        kinds, languages = report.translatable_types(), dict(settings.LANGUAGES)
        chosen = {
            "kind": self._chosen("kind", kinds, report.ALL_PAGES),
            "language": self._chosen("language", languages, ""),
            "state": self._chosen("state", report.STATES, ""),
        }
        rows = report.TranslationReport(kinds[chosen["kind"]][1], self.request.user).rows()
        shown = [row for row in rows if _fits(row, chosen["language"], chosen["state"])]
        codes = [code for code in languages if not chosen["language"] or code == chosen["language"]]
        page = Paginator(shown, PER_PAGE).get_page(self.request.GET.get("page"))
        for row in page:
            row.line = [(code, row.cells.get(code)) for code in codes]
        return super().get_context_data(
            kinds=[(key, name) for key, (name, _model) in kinds.items()],
            languages=languages.items(),
            states=report.STATES.items(),
            columns=[(code, languages[code]) for code in codes],
            counts=_counts(rows, codes),
            page_obj=page,
            parameters=urlencode(chosen),
            **chosen,
            **kwargs,
        )

    def _chosen(self, name: str, allowed, otherwise: str) -> str:
        value = self.request.GET.get(name, otherwise)
        return value if value in allowed else otherwise


def _fits(row: report.TranslationRow, language: str, state: str) -> bool:
    cells = [cell for code, cell in row.cells.items() if language in ("", code)]
    return any(state in ("", cell.state) for cell in cells)


def _counts(rows: list[report.TranslationRow], codes: list[str]) -> list[tuple[str, int]]:
    """Return the number of translations in each state."""
    states = [row.cells[code].state for row in rows for code in codes if code in row.cells]
    return [(label, states.count(state)) for state, label in report.STATES.items()]
