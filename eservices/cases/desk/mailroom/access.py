"""Access to paper letters on behalf of a person: agents see what their teams post."""

from django.db.models import Q, QuerySet
from django.http import Http404

from eservices.accounts.models import User
from eservices.deliveries import access as outbox
from eservices.deliveries.models import Delivery, DeliveryQuerySet, PrintBatch
from home.web.shortcuts import get_or_404

from ... import access as cases
from ...case_deliveries import SUBJECT, deliveries_about
from ...models import Case, Role


def letters_for(user: User) -> DeliveryQuerySet:
    """Return the paper letters about cases of ``user``, and other letters that their teams post.

    Letters follow their case to another team, and letters about protected cases need the same right as the case.
    Other letters without a team are for users who may see the outbox.
    """
    letters = Delivery.objects.filter(posting__isnull=False).select_related("posting")
    if user.is_superuser:
        return letters
    offices = [one.team.key for one in cases.memberships_of(user) if one.role >= Role.TREAT]
    own = Q(posting__office__in=offices)
    if outbox.may_see_board(user):
        own |= Q(posting__office="")
    others = ~Q(subject__startswith=SUBJECT) & own
    return letters.filter(others | deliveries_about(cases.cases_for(user, "message")))


def letter_for(user: User, pk: int) -> Delivery:
    """Return one of these letters. Raise 404 if there is none."""
    return get_or_404(letters_for(user), pk=pk)


def batch_for(user: User, pk: int) -> tuple[PrintBatch, list[Delivery]]:
    """Return a batch and those of its letters that ``user`` may see. Raise 404 if there are none."""
    letters = list(letters_for(user).filter(posting__batch=pk).order_by("created_at", "pk"))
    if not letters:
        raise Http404
    return PrintBatch.objects.select_related("actor").get(pk=pk), letters


def batches_for(user: User) -> QuerySet[PrintBatch]:
    """Return the batches with letters still to post, the latest first."""
    waiting = letters_for(user).printed().order_by().values("posting__batch")
    return PrintBatch.objects.filter(pk__in=waiting).select_related("actor")


def cases_of(letters: list[Delivery]) -> list[Case]:
    """Return the cases that the letters are about.

    Does not check access: the caller has fetched ``letters`` for its user.
    """
    keys = {one.subject.removeprefix("case:") for one in letters if one.subject.startswith("case:")}
    return list(Case.objects.filter(pk__in=keys).only("reference"))


def references_of(letters: list[Delivery]) -> dict[str, str]:
    """Return the references of the letters' cases, by the subject of the letter."""
    return {case.subject: case.reference for case in cases_of(letters)}
