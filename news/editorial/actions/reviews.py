"""Actions on reviews: reminders go to the keeper of a page, again to the keeper, then to the chief editors."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.accounts.roles import MODERATORS
from home.models.base import page_types

from .. import access, emails
from ..models import ReviewPlan, review_months


@transaction.atomic
def mark_reviewed(*, actor: User, care: ReviewPlan) -> ReviewPlan:
    """Record that the page was reviewed, and plan the next review."""
    care = ReviewPlan.objects.select_for_update(of=("self",)).get(pk=care.pk)
    care.reviewed_at, care.reviewed_by = timezone.now(), actor
    care.plan(timezone.localdate() + relativedelta(months=care.months))
    care.save()
    log(care.page, "editing.reviewed", user=actor, data={"next": care.due_on.isoformat()})
    return care


@transaction.atomic
def plan_reviews(
    *, actor: User, care: ReviewPlan, keeper: User | None, months: int, due_on: date
) -> ReviewPlan:
    """Set who looks after a page, how often it is reviewed, and when next."""
    care = ReviewPlan.objects.select_for_update(of=("self",)).get(pk=care.pk)
    care.keeper, care.months = keeper, months
    if care.due_on != due_on:
        care.plan(due_on)
    care.save()
    log(care.page, "editing.arranged", user=actor, data={"next": due_on.isoformat(), "months": months})
    return care


def get_or_create_review_plan(page: Page) -> ReviewPlan:
    """Return the review plan of a page; create it with the period of its page type if there is none."""
    months = review_months(page.specific_class) or 12
    begun = timezone.localdate(page.last_published_at) if page.last_published_at else timezone.localdate()
    due_on = begun + relativedelta(months=months)
    return ReviewPlan.objects.get_or_create(page_id=page.pk, defaults={"months": months, "due_on": due_on})[0]


def create_missing_review_plans() -> None:
    """Create review plans for up to 500 published pages that need one."""
    lasting = [model for model in page_types() if review_months(model)]
    new = Page.objects.live().type(*lasting).filter(care=None, alias_of=None, depth__gt=1)
    for page in new.select_related("content_type").order_by("pk")[:500]:
        get_or_create_review_plan(page)


def send_review_reminders(now: datetime) -> None:
    """Send due reminders: on the day, two weeks later, and after two more weeks to the chief editors."""
    due, before = ReviewPlan.objects.to_review(timezone.localdate(now)), now - ReviewPlan.AGAIN_AFTER
    again, late = due.filter(told_again_at=None, told_at__lte=before), due.filter(told_again_at__lte=before)
    _tell(late.filter(escalated_at=None), "escalated_at", now, emails.pages_nobody_reviewed)
    _tell(again, "told_again_at", now, emails.pages_still_to_review)
    _tell(due.filter(told_at=None), "told_at", now, emails.pages_to_review)


@transaction.atomic
def _tell(rows: QuerySet[ReviewPlan], mark: str, now: datetime, letter: Callable[..., Any]) -> None:
    """Send one e-mail to each person about all their pages.

    It is sent to the keepers. Chief editors get it for pages without a keeper, and for all pages if ``mark`` is
    ``escalated_at``.
    """
    cares, chiefs = _locked(rows), escalation_recipients()
    keepers = access.keepers_by_page(cares) if mark != "escalated_at" else {}
    by_person = defaultdict(list)
    for care in cares:
        keeper = keepers.get(care.page_id)
        for person in [keeper] if keeper else _who_may(care.page, chiefs):
            by_person[person].append(care)
        setattr(care, mark, now)
        care.save(update_fields=[mark])
    for person, theirs in by_person.items():
        letter(person, theirs)


def _who_may(page: Page, chiefs: list[Any]) -> list[Any]:
    """Return the chief editors who may edit a page, else other staff who may.

    If nobody may, return all chief editors, who can give the permission.
    """
    able = [one for one in chiefs if access.may_edit_page(one, page)]
    return able or list(access.users_who_may_edit(page).exclude(email="").order_by("pk")) or chiefs


def _locked(rows: QuerySet[ReviewPlan]) -> list[ReviewPlan]:
    return list(rows.select_related("page__owner", "keeper").select_for_update(of=("self",))[:200])


def escalation_recipients() -> list[Any]:
    """Return the moderators; the superusers if there are none."""
    people = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email="")
    found = list(people.filter(groups__name=MODERATORS).distinct().order_by("pk"))
    return found or list(people.filter(is_superuser=True).order_by("pk"))
