"""The dashboard of an editor: what waits, in groups, each read with a fixed number of queries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db.models import BigIntegerField, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Comment, CommentReply, Page, Revision, TaskState, WorkflowState

from home.bundles.models import Bundle
from home.localization.dates import date_format
from home.localization.punctuation import labelled
from home.localization.times import format_time
from home.publication.publish_checks import publish_blockers, validation_errors
from home.publication_calendar.entries import draftable_snippet_models
from home.scheduling.periodic import failed_recently, job_label

from . import access
from .models import PageCheck, editor_field_url

SHOWN_PER_GROUP, MAX_COUNT = 5, 99
MAX_REASONS = 3  # reasons shown on the dashboard; the page of the item shows all
SOON_WITHIN, LATE_AFTER = timedelta(days=14), timedelta(minutes=5)
LATE_TO_DO = _(
    "Open the page, correct what is reported and publish it again. If everything is late, "
    "tell the person who administers the site: nothing is published automatically at the "
    "moment."
)

UNFORESEEN = _(
    "The reason for this failure is only in the server’s log. Tell the person who "
    "administers the site, with the title and the time."
)


@dataclass(frozen=True)
class DashboardItem:
    """An item of the dashboard. ``why``: what prevents it."""

    title: str
    url: str
    detail: str = ""
    why: str = ""


@dataclass(frozen=True)
class DashboardGroup:
    """A group of items that wait. ``grave`` if readers already miss something."""

    key: str
    title: str
    rows: list[DashboardItem]
    more: str = ""
    grave: bool = False
    to_do: str = ""

    @property
    def number(self) -> str:
        return f"{MAX_COUNT}+" if len(self.rows) > MAX_COUNT else str(len(self.rows))

    @property
    def shown(self) -> list[DashboardItem]:
        return self.rows[:SHOWN_PER_GROUP]

    @property
    def others(self) -> int:
        return len(self.rows) - SHOWN_PER_GROUP


def dashboard_groups(user, now: datetime) -> list[DashboardGroup]:
    """Return what waits for ``user``, the most urgent group first. Empty groups are left out."""
    dated = _dated(user, now)
    report, reviews = reverse("editing:report"), reverse("editing:reviews")
    found = [
        DashboardGroup(
            "missed",
            _("Not published at the planned time"),
            _missed(dated, now),
            grave=True,
            to_do=LATE_TO_DO,
        ),
        DashboardGroup("approve", _("To approve"), _to_approve(user)),
        DashboardGroup("change", _("Changes asked for"), _to_change(user)),
        DashboardGroup("review", _("To review"), _to_review(user, now), f"{reviews}?due=on&mine=on"),
        DashboardGroup("comments", _("Comments for you"), _comments(user)),
        DashboardGroup("mend", _("To correct on your pages"), _to_mend(user), f"{report}?mine=on"),
        DashboardGroup("drafts", _("Your drafts"), _drafts(user)),
        DashboardGroup("soon", _("Published or withdrawn soon"), _soon(dated, now)),
    ]
    return [group for group in found if group.rows]


def _page_row(page: Page, detail: str = "") -> DashboardItem:
    return DashboardItem(page.get_admin_display_title(), editor_field_url(page.pk), detail)


def _moment(when: datetime) -> str:
    when = timezone.localtime(when)
    return f"{date_format(when.date(), 'j F')}, {format_time(when)}"


@dataclass(frozen=True)
class ScheduledChange:
    """A scheduled change: a page or snippet that is published or withdrawn, or a bundle that is published."""

    at: datetime
    title: str
    url: str
    ends: bool = False
    failed: bool = False
    ask_why: Callable[[], str] = str

    def is_missed(self, now: datetime) -> bool:
        return self.failed or self.at <= now - LATE_AFTER

    def row(self, missed: bool) -> DashboardItem:
        words = {
            (False, False): "%s",
            (False, True): _("ends on %s"),
            (True, False): _("was due on %s"),
            (True, True): _("was to end on %s"),
        }
        return DashboardItem(self.title, self.url, words[missed, self.ends] % _moment(self.at))

    def late_row(self) -> DashboardItem:
        return replace(self.row(missed=True), why=self.ask_why())


def _dated(user, now: datetime) -> list[ScheduledChange]:
    """Return the scheduled changes of what ``user`` may edit until the end of ``SOON_WITHIN``, in order of time."""
    last, finder = now + SOON_WITHIN, AdminURLFinder(user)
    found = [*_begins(user, last, finder), *_ends(user, last, finder), *_bundles(user, last)]
    return sorted(found, key=lambda one: one.at)


def _begins(user, last: datetime, finder: AdminURLFinder) -> list[ScheduledChange]:
    versions = Revision.objects.filter(approved_go_live_at__lte=last).select_related("base_content_type")
    versions = list(versions.defer("content").order_by("approved_go_live_at")[:500])
    pages = [int(one.object_id) for one in versions if one.base_content_type.model_class() is Page]
    mine = set(access.pages_for(user).filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    found = []
    for one in versions:
        model = one.base_content_type.model_class()
        if model is Page:
            url = editor_field_url(int(one.object_id)) if int(one.object_id) in mine else None
        else:
            url = model and finder.get_edit_url(model(pk=one.object_id))
        if url:
            found.append(
                ScheduledChange(
                    one.approved_go_live_at, one.object_str, url, ask_why=partial(_why_it_waits, one)
                )
            )
    return found


def _ends(user, last: datetime, finder: AdminURLFinder) -> list[ScheduledChange]:
    pages = access.pages_for(user).filter(live=True, expire_at__lte=last)
    found = [
        ScheduledChange(
            page.expire_at,
            page.get_admin_display_title(),
            editor_field_url(page.pk),
            ends=True,
            ask_why=partial(_why_nobody_foresaw, page),
        )
        for page in pages.order_by("expire_at", "pk")[:500]
    ]
    for model in draftable_snippet_models():
        ending = model._default_manager.filter(live=True, expire_at__lte=last).order_by("expire_at", "pk")
        found += [
            ScheduledChange(
                one.expire_at, str(one), url, ends=True, ask_why=partial(_why_nobody_foresaw, one)
            )
            for one in ending[:500]
            if (url := finder.get_edit_url(one))
        ]
    return found


def _bundles(user, last: datetime) -> list[ScheduledChange]:
    if not user.has_perm("home_bundles.change_bundle"):
        return []
    bundles = Bundle.objects.open().filter(publish_at__lte=last).order_by("publish_at", "pk")
    return [
        ScheduledChange(
            one.publish_at,
            one.title,
            reverse("bundle", args=[one.pk]),
            failed=one.state == Bundle.State.HINDERED,
            ask_why=partial(_why_hindered, one),
        )
        for one in bundles[:500]
    ]


def _why_it_waits(revision: Revision) -> str:
    """Return why the draft cannot be published. It is checked again, so that solved problems are not shown."""
    draft = revision.as_object()
    found = [*validation_errors(draft), *(publish_blockers(draft) if isinstance(draft, Page) else ())]
    return " ".join(found[:MAX_REASONS]) or _why_nobody_foresaw(revision)


def _why_nobody_foresaw(row: Model) -> str:
    return str(UNFORESEEN) if failed_recently(job_label(row)) else ""


def _why_hindered(bundle: Bundle) -> str:
    return " ".join(labelled(title, reason) for title, reason in bundle.trouble[:MAX_REASONS])


def _missed(dated: list[ScheduledChange], now: datetime) -> list[DashboardItem]:
    """Return the changes that should have happened: something prevents them, or the scheduler does not run."""
    late = [one for one in dated if one.is_missed(now)]
    return [
        *(one.late_row() for one in late[:SHOWN_PER_GROUP]),
        *(one.row(missed=True) for one in late[SHOWN_PER_GROUP:]),
    ]


def _soon(dated: list[ScheduledChange], now: datetime) -> list[DashboardItem]:
    return [one.row(missed=False) for one in dated if not one.is_missed(now)]


def _to_approve(user) -> list[DashboardItem]:
    tasks = TaskState.objects.reviewable_by(user).select_related(
        "revision__user", "revision__base_content_type"
    )
    tasks = tasks.prefetch_related("revision__content_object").order_by("started_at", "pk")[: MAX_COUNT + 1]
    finder = AdminURLFinder(user)
    return [
        DashboardItem(
            task.revision.object_str, finder.get_edit_url(subject) or "", str(task.revision.user or "")
        )
        for task in tasks
        if (subject := task.revision.content_object)
    ]


def _to_change(user) -> list[DashboardItem]:
    """Return what ``user`` submitted and a moderator sent back, with the reason."""
    sent_back = WorkflowState.objects.filter(
        requested_by=user, status=WorkflowState.STATUS_NEEDS_CHANGES
    ).select_related("current_task_state", "base_content_type")
    sent_back = sent_back.prefetch_related("content_object").order_by("-created_at", "-pk")[: MAX_COUNT + 1]
    finder = AdminURLFinder(user)
    return [
        DashboardItem(str(subject), finder.get_edit_url(subject) or "", one.current_task_state.comment)
        for one in sent_back
        if (subject := one.content_object)
    ]


def _to_review(user, now: datetime) -> list[DashboardItem]:
    cares = access.cares_for(user).to_review(timezone.localdate(now)).looked_after_by(user)
    return [
        DashboardItem(
            care.page.get_admin_display_title(),
            reverse("editing:review", args=[care.page_id]),
            _("due on %(day)s") % {"day": date_format(care.due_on)},
        )
        for care in cares[: MAX_COUNT + 1]
    ]


def _comments(user) -> list[DashboardItem]:
    """Return open comments in which another person wrote last.

    These are comments by ``user``, and those on pages that ``user`` looks after or follows.
    """
    looked_after = Q(page__care__keeper=user) | Q(page__care__keeper=None, page__owner=user)
    followed = Q(page__subscribers__user=user, page__subscribers__comment_notifications=True)
    replies = CommentReply.objects.filter(comment=OuterRef("pk")).order_by("-created_at", "-pk")
    spoke_last = Coalesce(Subquery(replies.values("user")[:1]), "user_id", output_field=BigIntegerField())
    found = Comment.objects.annotate(spoke_last=spoke_last).exclude(spoke_last=user.pk)
    found = found.filter(looked_after | followed | Q(user=user), resolved_at=None)
    found = found.select_related("page", "user")
    return [
        DashboardItem(
            one.page.get_admin_display_title(),
            f"{editor_field_url(one.page_id)}?comment={one.pk}",
            labelled(one.user, " ".join(one.text.split())[:80]),
        )
        for one in found.order_by("-created_at", "-pk").distinct()[: MAX_COUNT + 1]
    ]


def _to_mend(user) -> list[DashboardItem]:
    checks = PageCheck.objects.looked_after_by(user).filter(
        Q(errors__gt=0) | Q(warnings__gt=0), page__live=True
    )
    found = checks.select_related("page").order_by("-errors", "-warnings", "page__path")[: MAX_COUNT + 1]
    return [_page_row(check.page, check.findings[0].sentence if check.findings else "") for check in found]


def _drafts(user) -> list[DashboardItem]:
    """Return the unpublished drafts that ``user`` edited last."""
    pages = Page.objects.filter(has_unpublished_changes=True, latest_revision__user=user, alias_of=None)
    found = pages.order_by("-latest_revision_created_at", "-pk")[: MAX_COUNT + 1]
    return [_page_row(page, _moment(page.latest_revision_created_at)) for page in found]


def dashboard_summary(found: list[DashboardGroup]) -> str:
    """Return the first sentence of the dashboard: how much waits; "" if nothing does."""
    number = sum(len(group.rows) for group in found if group.key != "soon")
    if not number:
        return ""
    return ngettext(
        "%(number)s item needs your attention", "%(number)s items need your attention", number
    ) % {"number": number}
