"""The only ways to fetch a letter on paper on behalf of a person: agents see what their teams post."""

from django.db.models import Q
from django.http import Http404

from eservices.deliveries import access as outbox
from eservices.deliveries.models import Delivery, PrintBatch
from home.web.shortcuts import get_or_404

from ... import access as cases
from ...case_deliveries import SUBJECT, deliveries_about
from ...models import Case, Role


def letters_for(user):
    """Letters on paper about the cases that ``user`` treats, and what else the own offices post.

    So letters go with a case that is handed over, and those to people whose address is protected are there for who
    treats them. Who looks after the outbox posts besides what no office does.
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


def letter_for(user, pk) -> Delivery:
    """One of these letters; else 404."""
    return get_or_404(letters_for(user), pk=pk)


def batch_for(user, pk) -> tuple[PrintBatch, list[Delivery]]:
    """A batch and those of its letters that are for these eyes; 404 where there is none."""
    letters = list(letters_for(user).filter(posting__batch=pk).order_by("created_at", "pk"))
    if not letters:
        raise Http404
    return PrintBatch.objects.select_related("actor").get(pk=pk), letters


def batches_for(user):
    """Batches with something left to post, the latest first."""
    waiting = letters_for(user).printed().order_by().values("posting__batch")
    return PrintBatch.objects.filter(pk__in=waiting).select_related("actor")


def cases_of(letters: list[Delivery]) -> list[Case]:
    """The cases that letters are about: these were fetched for whoever asks."""
    keys = {one.subject.removeprefix("case:") for one in letters if one.subject.startswith("case:")}
    return list(Case.objects.filter(pk__in=keys).only("reference"))


def references_of(letters: list[Delivery]) -> dict[str, str]:
    """The reference of the case that a letter is about, by the subject that both share."""
    return {case.subject: case.reference for case in cases_of(letters)}
