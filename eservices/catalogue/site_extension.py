"""The part of the online counter in the website and its admin."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from home.extensions.site_points import HomeSection, SearchKind, SiteExtension
from home.models import HomePage
from home.search.index import SERVICE

from .counter_section import counter_section
from .editor.outline_context import publication_refusal
from .models import FaultyService, ServicePage

SEARCH_KINDS = {SERVICE: SearchKind(_("Online service"), _("Services"), order=10)}


class CatalogueSiteExtension(SiteExtension):
    """Services on the home page and in search; a service with errors is not published by whatever means."""

    def home_sections(self, request: HttpRequest, page: HomePage) -> Mapping[str, HomeSection]:
        section = counter_section(request, page)
        return {"counter": section} if section else {}

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS

    def publish_blockers(self, draft: Page) -> list[str]:
        """Return the errors of a service: neither a bundle nor an approval publishes it."""
        return (
            [str(one) for one in draft.faults()] if isinstance(draft, ServicePage) and draft.is_source else []
        )

    def admin_error_url(self, request: HttpRequest, error: Exception) -> str | None:
        """Return the editor of a service that cannot be published, and add a message with its problems."""
        if not isinstance(error, FaultyService):
            return None
        messages.error(request, publication_refusal(error.page))
        return reverse("wagtailadmin_pages:edit", args=[error.page.pk])
