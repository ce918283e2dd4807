"""The admin of report categories, and the view that updates a report."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import views
from .models import ProblemCategory


class ReportCategoryViewSet(SnippetViewSet):
    """Categories of problem reports, with the responsible team."""

    model = ProblemCategory
    icon = "warning"
    menu_label = _("Categories of reports")
    list_display = ["name", "team", "order", "locale"]
    copy_view_enabled = False
    add_to_settings_menu = True


register_snippet(ReportCategoryViewSet)


@hooks.register("register_admin_urls")
def register_urls():
    return [path("reports/<slug:reference>/tell/", views.ReportUpdateView.as_view(), name="tell_report")]
