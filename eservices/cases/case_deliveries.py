"""Deliveries about cases: those that a user may read, and those to the applicant."""

from django.db.models import Case as Either
from django.db.models import F, Q, QuerySet, TextField, UUIDField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Replace, Substr
from django.db.models.lookups import In

from eservices.deliveries.models import Delivery, DeliveryQuerySet

from . import access
from .models import Case, CaseQuerySet, Opinion

SUBJECT = "case:"
ADDRESSES = (  # of an applicant: as submitted, and as corrected
    F("submission__email"),
    F("submission__phone"),
    Coalesce(KT("contact__email"), Value(""), output_field=TextField()),
    Coalesce(KT("contact__phone"), Value(""), output_field=TextField()),
)
BY_HAND = "print"  # paper letters: all are to the applicant


def deliveries_about(cases: CaseQuerySet) -> Q:
    """Build the condition for deliveries about one of ``cases``."""
    key = Cast(Replace(Substr("subject", len(SUBJECT) + 1), Value("-"), Value("")), UUIDField())
    return Q(In(Either(When(subject__startswith=SUBJECT, then=key)), cases.order_by().values("pk")))


def letters_about_case(case: Case) -> DeliveryQuerySet:
    """Return deliveries to the applicant and to consulted offices, oldest first.

    Skipped deliveries and notifications of agents are left out.
    """
    asked = Opinion.objects.filter(stage__case=case).exclude(email="").values_list("email", flat=True)
    return _deliveries_to(case, {*_applicant_addresses(case), *asked})


def letters_to_applicant(case: Case) -> DeliveryQuerySet:
    """Return deliveries to the applicant only, oldest first, without skipped ones."""
    return _deliveries_to(case, _applicant_addresses(case))


def _applicant_addresses(case: Case) -> set[str]:
    return {case.email, case.submission.email, case.phone} - {""}


def _deliveries_to(case: Case, recipients: set[str]) -> DeliveryQuerySet:
    written = Delivery.objects.for_subject(case.subject).exclude(state=Delivery.State.SKIPPED)
    return written.filter(Q(carrier=BY_HAND) | Q(recipient__in=recipients)).order_by("created_at", "pk")


def readable_case_deliveries(user) -> Q:
    """Build the condition for deliveries about cases that ``user`` may read."""
    return deliveries_about(access.cases_for(user))


def protected_addresses(user) -> QuerySet:
    """Return the addresses in protected cases hidden from ``user``.

    Deliveries to them are hidden too, whatever they are about, such as a sign-in code.
    """
    unseen = access.unseen_protected(user).order_by()
    first, *others = (
        unseen.annotate(address=place).exclude(address="").values("address") for place in ADDRESSES
    )
    return first.union(*others)
