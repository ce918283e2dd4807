"""All writes to the counts of usage. None has an author."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.cases.actors import Actor
from eservices.cases.models import Case
from eservices.submissions.actions import draft_progress
from eservices.submissions.models import Draft

from .models import AbandonedForms, PageVisits, RequestRating, VisitMark


@transaction.atomic
def count_visit(*, actor: User | None = None, page: Page, language: str, digest: str) -> None:
    """Count a visit of a page, once a day for each ``digest``."""
    day = timezone.localdate()
    _mark, is_new = VisitMark.objects.get_or_create(digest=digest, defaults={"day": day})
    if is_new:
        _increment(PageVisits, day=day, page_id=page.pk, language=language)


@transaction.atomic
def count_abandoned(*, actor: User | None = None, draft: Draft) -> None:
    """Count a draft that is not continued at its first incomplete step. Those of agents do not count."""
    if draft.agent_id or draft.version.is_rehearsal:
        return
    step = draft_progress(draft).first_incomplete
    day, key = timezone.localdate(draft.saved_at), step.key if step else ""
    _increment(AbandonedForms, day=day, form_id=draft.version.form_id, step=key)


@transaction.atomic
def rate_request(*, actor: Actor, case: Case, rating: int, text: str = "") -> RequestRating:
    """Save the rating of a request. A second one replaces the first; a text stays until another is given."""
    given = {"form": case.form, "rating": rating} | ({"text": text} if text else {})
    saved, _new = RequestRating.objects.update_or_create(who=rating_digest(case.pk), defaults=given)
    return saved


@transaction.atomic
def erase_rating(*, actor: Actor | None = None, case: Case) -> None:
    """Erase what the applicant of an erased case wrote. The rating stays, and nothing leads from it to the case."""
    RequestRating.objects.filter(who=rating_digest(case.pk)).update(text="", who="")


@transaction.atomic
def delete_old_usage(*, actor: User | None = None, now: datetime) -> None:
    """Erase marks of readers after the day, hashes of requests after a month, texts and counts after years."""
    VisitMark.objects.over(now).delete()
    RequestRating.objects.worded_too_long_ago(now).update(text="")
    RequestRating.objects.remembered(now).update(who="")
    for counted in (PageVisits, AbandonedForms, RequestRating):
        counted.objects.outlived(now).delete()


def rating_digest(case_id: UUID) -> str:
    """Return the hash by which a second rating of the same case is recognized."""
    return salted_hmac("request-rating", str(case_id), algorithm="sha256").hexdigest()


def _increment[Counted: (PageVisits, AbandonedForms)](counted: type[Counted], **key: object) -> None:
    """Add one to the count with this key."""
    if not counted.objects.filter(**key).update(number=F("number") + 1):
        counted.objects.bulk_create([counted(**key)], ignore_conflicts=True)  # another process may be faster
        counted.objects.filter(**key).update(number=F("number") + 1)
