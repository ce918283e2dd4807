"""Scheduled publication and expiry of pages in the publication calendar."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.permissions import page_permission_policy

from ..extensions.site_points import PlannedPublication
from .entries import MAX_ENTRIES


def _edited_by(user):
    """Return the pages on which a user has any permission."""
    return page_permission_policy.instances_user_has_any_permission_for(user, {"add", "change", "publish"})


def scheduled_page_publications(user, start, end) -> list[PlannedPublication]:
    """Return the drafts that are scheduled to be published in the span."""
    kind = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    mine = _edited_by(user).annotate(key=Cast("pk", CharField())).values("key")
    revisions = Revision.objects.filter(base_content_type=kind, object_id__in=mine)
    due = revisions.filter(approved_go_live_at__gte=start, approved_go_live_at__lt=end)
    rows = due.order_by("approved_go_live_at").values_list("approved_go_live_at", "object_str", "object_id")
    return [
        PlannedPublication(at, _("Page appears"), title, _page(key), "doc-full")
        for at, title, key in rows[:MAX_ENTRIES]
    ]


def scheduled_page_expiries(user, start, end) -> list[PlannedPublication]:
    ending = _edited_by(user).filter(live=True, expire_at__gte=start, expire_at__lt=end).order_by("expire_at")
    rows = ending.values_list("expire_at", "title", "pk")
    return [
        PlannedPublication(at, _("Page disappears"), title, _page(key), "doc-empty")
        for at, title, key in rows[:MAX_ENTRIES]
    ]


def _page(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
