"""The part of editorial checks in the admin."""

from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Page

from home.extensions.site_points import SiteExtension

from .approval import ConfirmationRequired
from .publish_findings import blocking_findings, warning_findings
from .views import approval_comment_key


class EditorialSiteExtension(SiteExtension):
    """Findings of the rules before a page is published."""

    def publish_blockers(self, draft: Page) -> list[str]:
        return blocking_findings(draft)

    def publish_warnings(self, draft: Page) -> list[str]:
        return warning_findings(draft)

    def admin_error_url(self, request: HttpRequest, error: Exception) -> str | None:
        """Return the address of the confirmation if an approval would publish a page with findings."""
        if not isinstance(error, ConfirmationRequired):
            return None
        state = error.task_state
        request.session[approval_comment_key(state)] = state.comment
        return reverse("editing:before_approval", args=[state.revision.object_id, state.pk])
