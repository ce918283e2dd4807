"""What of the outbox tells of cases, and for whose eyes it is."""

from django.db.models import Case as Either
from django.db.models import Q, UUIDField, Value, When
from django.db.models.functions import Cast, Replace, Substr
from django.db.models.lookups import In

from eservices.deliveries.access import outbox

from . import access
from .models import CaseQuerySet

SUBJECT = "case:"


def about(cases: CaseQuerySet) -> Q:
    """Deliveries that tell of one of ``cases``."""
    key = Cast(Replace(Substr("subject", len(SUBJECT) + 1), Value("-"), Value("")), UUIDField())
    return Q(In(Either(When(subject__startswith=SUBJECT, then=key)), cases.order_by().values("pk")))


@outbox.register("case")
def readable(user) -> Q:
    """Whoever may not read a case reads nothing that was written about it either."""
    return about(access.cases_for(user))
