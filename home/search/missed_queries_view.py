"""Report view of missed queries. Each row links to a form for synonyms."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..models import SynonymGroup
from . import missed_queries

PERIODS = {"7": _("7 days"), "30": _("30 days"), "365": _("A year")}


def may_view_missed_queries(user) -> bool:
    return user.has_perm("home.add_synonymgroup")


class MissedQueriesView(WagtailAdminTemplateMixin, TemplateView):
    template_name = "home/admin/missed_queries.html"
    page_title = _("Sought in vain")
    header_icon = "search"

    def dispatch(self, request, *args, **kwargs):
        if not may_view_missed_queries(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        span = self.request.GET.get("span", "30")
        span = span if span in PERIODS else "30"
        rows = missed_queries.missed_queries_since(timezone.localdate() - timedelta(days=int(span)))
        add = reverse(SynonymGroup.snippet_viewset.get_url_name("add"))
        for row in rows:
            row["add_url"] = f"{add}?{urlencode({'words': row['words'] + ', ', 'language': row['language']})}"
        return super().get_context_data(
            rows=rows, span=span, spans=PERIODS.items(), least=missed_queries.CALLERS.most, **kwargs
        )
