"""The part of problem reports in the website."""

from collections.abc import Iterator, Mapping

from django.db.models.expressions import BaseExpression
from django.urls import reverse
from django.utils.translation import pgettext
from wagtail.models import Page

from home.extensions.site_points import MenuLink, SiteExtension

from . import access


class ReportsSiteExtension(SiteExtension):
    """The link of the main menu to report a problem, if the commune accepts reports."""

    def home_annotations(self) -> Mapping[str, BaseExpression]:
        return {"takes_reports": access.has_categories_expression()}

    def menu_links(self, home: Page) -> Iterator[MenuLink]:
        takes_reports = getattr(home, "takes_reports", None)
        if access.has_categories() if takes_reports is None else takes_reports:
            yield MenuLink(pgettext("menu", "Report a problem"), reverse("reports:file"), "camera")
