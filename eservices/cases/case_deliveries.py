"""Finds deliveries about cases: which ones a user may read, and which went to the applicant."""

from django.db.models import Case as Either
from django.db.models import F, Q, QuerySet, TextField, UUIDField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Replace, Substr
from django.db.models.lookups import In

from eservices.deliveries.access import delivery_filters, readable_text, withheld
from eservices.deliveries.models import Delivery, DeliveryQuerySet

from . import access
from .models import Case, CaseQuerySet, Opinion

SUBJECT = "case:"
ADDRESSES = (  # of an applicant: as filed, and as corrected since
    F("submission__email"),
    F("submission__phone"),
    Coalesce(KT("contact__email"), Value(""), output_field=TextField()),
    Coalesce(KT("contact__phone"), Value(""), output_field=TextField()),
)
BY_HAND = "print"  # letters on paper: all of them are to the applicant


def deliveries_about(cases: CaseQuerySet) -> Q:
    """Deliveries that tell of one of ``cases``."""
    key = Cast(Replace(Substr("subject", len(SUBJECT) + 1), Value("-"), Value("")), UUIDField())
    return Q(In(Either(When(subject__startswith=SUBJECT, then=key)), cases.order_by().values("pk")))


def letters_about_case(case: Case) -> DeliveryQuerySet:
    """What was written to the applicant and to offices that were asked, the oldest first; not what was skipped, nor
    what told agents of the case."""
    asked = Opinion.objects.filter(stage__case=case).exclude(email="").values_list("email", flat=True)
    return _written(case, {*_applicant(case), *asked})


def letter_rows(case: Case) -> list[dict]:
    """These letters as plain data: when, by which carrier, to whom, and what they said."""
    return [
        {
            "at": one.done_at or one.created_at,
            "way": one.carrier,
            "to": one.recipient,
            "title": one.title,
            "text": readable_text(one),
        }
        for one in letters_about_case(case)
    ]


def letters_to_applicant(case: Case) -> DeliveryQuerySet:
    """The same to the applicant alone."""
    return _written(case, _applicant(case))


def _applicant(case: Case) -> set[str]:
    return {case.email, case.submission.email, case.phone} - {""}


def _written(case: Case, recipients: set[str]) -> DeliveryQuerySet:
    written = Delivery.objects.about(case.subject).exclude(state=Delivery.State.SKIPPED)
    return written.filter(Q(carrier=BY_HAND) | Q(recipient__in=recipients)).order_by("created_at", "pk")


@delivery_filters.register("case")
def readable_case_deliveries(user) -> Q:
    """Whoever may not read a case reads nothing that was written about it either."""
    return deliveries_about(access.cases_for(user))


@withheld.register("protected")
def protected_addresses(user) -> QuerySet:
    """Nor what was written to somebody whose address is protected about anything else, as a code to sign in."""
    unseen = access.unseen_protected(user).order_by()
    first, *others = (
        unseen.annotate(address=place).exclude(address="").values("address") for place in ADDRESSES
    )
    return first.union(*others)
