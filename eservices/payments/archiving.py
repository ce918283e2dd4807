"""What payments bring to the archive of a case: what was due, and what came of it. The books are kept apart."""

from django.db.models import F

from eservices.cases.archiving import Parts, archived_parts, as_json
from eservices.cases.models import Case

from .models import Allocation, Refund

TOLD = ("amount", "paid", "refunded", "currency", "lines", "state", "reason", "created_at")


def told_in_payments(case: Case) -> dict:
    """What was due, paid and paid back as plain data, in minor units; empty if nothing was due."""
    charges = list(case.charges.order_by("created_at").values(*TOLD))
    if not charges:
        return {}
    got = Allocation.objects.filter(charge__case=case).order_by("payment__settled_at")
    back = Refund.objects.filter(allocation__charge__case=case).order_by("asked_at")
    return {
        "charges": charges,
        "received": list(
            got.values(
                "amount",
                receipt=F("payment__receipt"),
                means=F("payment__provider"),
                received=F("payment__settled_at"),
            )
        ),
        "refunds": list(back.values("amount", "currency", "state", "reason", "asked_at", "done_at")),
    }


@archived_parts.register("payments")
def payment_parts(case: Case) -> Parts:
    """Amounts in the smallest unit of their currency."""
    if told := told_in_payments(case):
        yield "charges.json", as_json(told["charges"])
        yield "payments.json", as_json({"received": told["received"], "refunds": told["refunds"]})
