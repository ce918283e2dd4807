"""What the site itself plans: pages and alerts that begin and end, bundles that go out."""

from functools import reduce
from operator import or_

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.permission_policies.pages import PagePermissionPolicy

from .alerts.models import Alert
from .bundles.models import Bundle
from .planning import MOST, Planned, planned


def _edited_by(user):
    """The pages that a user has something to do with."""
    return PagePermissionPolicy().instances_user_has_any_permission_for(user, {"add", "change", "publish"})


@planned.register("page_starts")
def page_starts(user, start, end) -> list[Planned]:
    """Drafts whose hour is set."""
    kind = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    mine = _edited_by(user).annotate(key=Cast("pk", CharField())).values("key")
    revisions = Revision.objects.filter(base_content_type=kind, object_id__in=mine)
    due = revisions.filter(approved_go_live_at__gte=start, approved_go_live_at__lt=end)
    rows = due.order_by("approved_go_live_at").values_list("approved_go_live_at", "object_str", "object_id")
    return [Planned(at, _("Page appears"), title, _page(key), "doc-full") for at, title, key in rows[:MOST]]


@planned.register("page_ends")
def page_ends(user, start, end) -> list[Planned]:
    ending = _edited_by(user).filter(live=True, expire_at__gte=start, expire_at__lt=end).order_by("expire_at")
    rows = ending.values_list("expire_at", "title", "pk")
    return [
        Planned(at, _("Page disappears"), title, _page(key), "doc-empty") for at, title, key in rows[:MOST]
    ]


@planned.register("alerts")
def alerts(user, start, end) -> list[Planned]:
    """Alerts that begin, as they are planned or as they did, and those that end."""
    if not user.has_perm("home.change_alert"):
        return []
    within = [
        Q(**{f"{name}__gte": start, f"{name}__lt": end})
        for name in ("go_live_at", "expire_at", "began_at", "ended_at")
    ]
    found = []
    for alert in Alert.objects.filter(reduce(or_, within)).order_by("pk")[:MOST]:
        url = reverse(Alert.snippet_viewset.get_url_name("edit"), args=[alert.pk])
        begins = alert.began_at or alert.go_live_at
        moments = [
            (begins, _("Alert begins"), "warning"),
            (alert.over_at, _("Alert ends"), "circle-check"),
        ]
        found += [
            Planned(at, what, str(alert), url, icon) for at, what, icon in moments if at and start <= at < end
        ]
    return found


@planned.register("bundles")
def bundles(user, start, end) -> list[Planned]:
    if not user.has_perm("home.change_bundle"):
        return []
    out = Bundle.objects.filter(state=Bundle.State.SCHEDULED, publish_at__gte=start, publish_at__lt=end)
    rows = out.order_by("publish_at").values_list("publish_at", "title", "pk")
    return [
        Planned(at, _("Bundle goes out"), title, reverse("bundle", args=[key]), "folder-open-inverse")
        for at, title, key in rows[:MOST]
    ]


def _page(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
