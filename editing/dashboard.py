"""What waits for an editor, each kind in one query, whatever there is."""

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

from home.background import has_failed, name_of
from home.bundles.models import Bundle
from home.dates import date_format
from home.marks import explained
from home.page_hindrances import faults_of, hindrances_of
from home.planning import snippets_with_drafts
from home.templatetags.commune import clock

from . import access
from .models import PageCheck, jump

SHOWN, MOST = 5, 99
MOST_REASONS = 3  # said of one thing on the first page; its own screen says all
SOON, LATE = timedelta(days=14), timedelta(minutes=5)
LATE_TO_DO = _(
    "Open it, mend what it says and publish it again. If everything is late, tell whoever runs the site: nothing goes "
    "out by itself at the moment."
)

UNFORESEEN = _(
    "It failed for a reason that only the server’s log knows: tell whoever runs the site, with the title and the hour."
)


@dataclass(frozen=True)
class Row:
    """``why``: what stands in the way of it."""

    title: str
    url: str
    detail: str = ""
    why: str = ""


@dataclass(frozen=True)
class Group:
    """One kind of thing that waits. ``grave`` where readers already miss something."""

    key: str
    title: str
    rows: list[Row]
    more: str = ""
    grave: bool = False
    to_do: str = ""

    @property
    def number(self) -> str:
        return f"{MOST}+" if len(self.rows) > MOST else str(len(self.rows))

    @property
    def shown(self) -> list[Row]:
        return self.rows[:SHOWN]

    @property
    def others(self) -> int:
        return len(self.rows) - SHOWN


def groups(user, now: datetime) -> list[Group]:
    """What waits for somebody, what cannot wait first; kinds of which there is nothing are left out."""
    dated = _dated(user, now)
    report, reviews = reverse("editing:report"), reverse("editing:reviews")
    found = [
        Group("missed", _("Not published at its hour"), _missed(dated, now), grave=True, to_do=LATE_TO_DO),
        Group("approve", _("To approve"), _to_approve(user)),
        Group("change", _("Changes asked for"), _to_change(user)),
        Group("review", _("To review"), _to_review(user, now), f"{reviews}?due=on&mine=on"),
        Group("comments", _("Comments for you"), _comments(user)),
        Group("mend", _("To mend on your pages"), _to_mend(user), f"{report}?mine=on"),
        Group("drafts", _("Your drafts"), _drafts(user)),
        Group("soon", _("Published or withdrawn soon"), _soon(dated, now)),
    ]
    return [group for group in found if group.rows]


def _page_row(page: Page, detail: str = "") -> Row:
    return Row(page.get_admin_display_title(), jump(page.pk), detail)


def _moment(when: datetime) -> str:
    when = timezone.localtime(when)
    return f"{date_format(when.date(), 'j F')}, {clock(when)}"


@dataclass(frozen=True)
class Dated:
    """What an editor dated: a page or an alert that begins or ends at its hour, a bundle that goes out."""

    at: datetime
    title: str
    url: str
    ends: bool = False
    failed: bool = False
    ask_why: Callable[[], str] = str

    def is_missed(self, now: datetime) -> bool:
        return self.failed or self.at <= now - LATE

    def row(self, missed: bool) -> Row:
        words = {
            (False, False): "%s",
            (False, True): _("ends on %s"),
            (True, False): _("was due on %s"),
            (True, True): _("was to end on %s"),
        }
        return Row(self.title, self.url, words[missed, self.ends] % _moment(self.at))

    def late_row(self) -> Row:
        return replace(self.row(missed=True), why=self.ask_why())


def _dated(user, now: datetime) -> list[Dated]:
    """What is dated of what somebody may edit, up to the days ahead, in its order."""
    last, finder = now + SOON, AdminURLFinder(user)
    found = [*_begins(user, last, finder), *_ends(user, last, finder), *_bundles(user, last)]
    return sorted(found, key=lambda one: one.at)


def _begins(user, last: datetime, finder: AdminURLFinder) -> list[Dated]:
    versions = Revision.objects.filter(approved_go_live_at__lte=last).select_related("base_content_type")
    versions = list(versions.defer("content").order_by("approved_go_live_at")[:500])
    pages = [int(one.object_id) for one in versions if one.base_content_type.model_class() is Page]
    mine = set(access.pages_for(user).filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    found = []
    for one in versions:
        model = one.base_content_type.model_class()
        if model is Page:
            url = jump(int(one.object_id)) if int(one.object_id) in mine else None
        else:
            url = model and finder.get_edit_url(model(pk=one.object_id))
        if url:
            found.append(
                Dated(one.approved_go_live_at, one.object_str, url, ask_why=partial(_why_it_waits, one))
            )
    return found


def _ends(user, last: datetime, finder: AdminURLFinder) -> list[Dated]:
    pages = access.pages_for(user).filter(live=True, expire_at__lte=last)
    found = [
        Dated(
            page.expire_at,
            page.get_admin_display_title(),
            jump(page.pk),
            ends=True,
            ask_why=partial(_why_nobody_foresaw, page),
        )
        for page in pages.order_by("expire_at", "pk")[:500]
    ]
    for model in snippets_with_drafts():
        ending = model._default_manager.filter(live=True, expire_at__lte=last).order_by("expire_at", "pk")
        found += [
            Dated(one.expire_at, str(one), url, ends=True, ask_why=partial(_why_nobody_foresaw, one))
            for one in ending[:500]
            if (url := finder.get_edit_url(one))
        ]
    return found


def _bundles(user, last: datetime) -> list[Dated]:
    if not user.has_perm("home.change_bundle"):
        return []
    bundles = Bundle.objects.open().filter(publish_at__lte=last).order_by("publish_at", "pk")
    return [
        Dated(
            one.publish_at,
            one.title,
            reverse("bundle", args=[one.pk]),
            failed=one.state == Bundle.State.HINDERED,
            ask_why=partial(_why_hindered, one),
        )
        for one in bundles[:500]
    ]


def _why_it_waits(revision: Revision) -> str:
    """What the publish button would refuse, read anew: it is gone once it is mended."""
    draft = revision.as_object()
    found = [*faults_of(draft), *(hindrances_of(draft) if isinstance(draft, Page) else ())]
    return " ".join(found[:MOST_REASONS]) or _why_nobody_foresaw(revision)


def _why_nobody_foresaw(row: Model) -> str:
    return str(UNFORESEEN) if has_failed(name_of(row)) else ""


def _why_hindered(bundle: Bundle) -> str:
    return " ".join(explained(title, reason) for title, reason in bundle.trouble[:MOST_REASONS])


def _missed(dated: list[Dated], now: datetime) -> list[Row]:
    """What should have been published or withdrawn by now: something is at fault, or the scheduler does not run."""
    late = [one for one in dated if one.is_missed(now)]
    return [*(one.late_row() for one in late[:SHOWN]), *(one.row(missed=True) for one in late[SHOWN:])]


def _soon(dated: list[Dated], now: datetime) -> list[Row]:
    return [one.row(missed=False) for one in dated if not one.is_missed(now)]


def _to_approve(user) -> list[Row]:
    tasks = TaskState.objects.reviewable_by(user).select_related(
        "revision__user", "revision__base_content_type"
    )
    tasks = tasks.prefetch_related("revision__content_object").order_by("started_at", "pk")[: MOST + 1]
    finder = AdminURLFinder(user)
    return [
        Row(task.revision.object_str, finder.get_edit_url(subject) or "", str(task.revision.user or ""))
        for task in tasks
        if (subject := task.revision.content_object)
    ]


def _to_change(user) -> list[Row]:
    """What somebody submitted and a moderator sent back, with the reason."""
    sent_back = WorkflowState.objects.filter(
        requested_by=user, status=WorkflowState.STATUS_NEEDS_CHANGES
    ).select_related("current_task_state", "base_content_type")
    sent_back = sent_back.prefetch_related("content_object").order_by("-created_at", "-pk")[: MOST + 1]
    finder = AdminURLFinder(user)
    return [
        Row(str(subject), finder.get_edit_url(subject) or "", one.current_task_state.comment)
        for one in sent_back
        if (subject := one.content_object)
    ]


def _to_review(user, now: datetime) -> list[Row]:
    cares = access.cares_for(user).to_review(timezone.localdate(now)).kept_by(user)
    return [
        Row(
            care.page.get_admin_display_title(),
            reverse("editing:review", args=[care.page_id]),
            _("due on %(day)s") % {"day": date_format(care.due_on)},
        )
        for care in cares[: MOST + 1]
    ]


def _comments(user) -> list[Row]:
    """Open comments on pages that somebody looks after or follows, and their own, where others had the last word."""
    looked_after = Q(page__care__keeper=user) | Q(page__care__keeper=None, page__owner=user)
    followed = Q(page__subscribers__user=user, page__subscribers__comment_notifications=True)
    replies = CommentReply.objects.filter(comment=OuterRef("pk")).order_by("-created_at", "-pk")
    spoke_last = Coalesce(Subquery(replies.values("user")[:1]), "user_id", output_field=BigIntegerField())
    found = Comment.objects.annotate(spoke_last=spoke_last).exclude(spoke_last=user.pk)
    found = found.filter(looked_after | followed | Q(user=user), resolved_at=None)
    found = found.select_related("page", "user")
    return [
        Row(
            one.page.get_admin_display_title(),
            f"{jump(one.page_id)}?comment={one.pk}",
            explained(one.user, " ".join(one.text.split())[:80]),
        )
        for one in found.order_by("-created_at", "-pk").distinct()[: MOST + 1]
    ]


def _to_mend(user) -> list[Row]:
    checks = PageCheck.objects.looked_after_by(user).filter(
        Q(errors__gt=0) | Q(warnings__gt=0), page__live=True
    )
    found = checks.select_related("page").order_by("-errors", "-warnings", "page__path")[: MOST + 1]
    return [_page_row(check.page, check.findings[0].sentence if check.findings else "") for check in found]


def _drafts(user) -> list[Row]:
    """What somebody wrote last and nobody published."""
    pages = Page.objects.filter(has_unpublished_changes=True, latest_revision__user=user, alias_of=None)
    found = pages.order_by("-latest_revision_created_at", "-pk")[: MOST + 1]
    return [_page_row(page, _moment(page.latest_revision_created_at)) for page in found]


def summary(found: list[Group]) -> str:
    """The first sentence: how much waits."""
    number = sum(len(group.rows) for group in found if group.key != "soon")
    if not number:
        return ""
    return ngettext("%(number)s thing waits for you", "%(number)s things wait for you", number) % {
        "number": number
    }
