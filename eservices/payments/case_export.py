"""Charges and payments in exports of their case. The ledger is archived separately."""

from django.db.models import F

from eservices.cases.export.audiences import APPLICANT, ARCHIVE
from eservices.cases.extension_points import Audience
from eservices.cases.models import Case

from .access import receipts_of
from .models import Allocation, Refund

CHARGE_FIELDS = ("amount", "paid", "refunded", "currency", "lines", "state", "reason", "created_at")


def payment_parts(case: Case, audience: Audience) -> dict[str, object]:
    """Return charges, payments and refunds as plain data, in minor units; empty if there was no charge.

    The archive has the charges in a file of their own. The applicant gets charges and receipts in whole units.
    """
    if audience is APPLICANT:
        return {"charges": _charges_of_applicant(case), "receipts": _receipts(case)}
    charges = list(case.charges.order_by("created_at").values(*CHARGE_FIELDS))
    if audience is ARCHIVE:
        return {"charges": charges, "payments": _payments(case)} if charges else {}
    return {"payments": {"charges": charges, **_payments(case)} if charges else {}}


def _payments(case: Case) -> dict[str, list[dict]]:
    got = Allocation.objects.filter(charge__case=case).order_by("payment__settled_at")
    back = Refund.objects.filter(allocation__charge__case=case).order_by("asked_at")
    return {
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


def _charges_of_applicant(case: Case) -> list[dict]:
    return [
        {
            "amount": _whole(one.amount),
            "paid": _whole(one.paid),
            "refunded": _whole(one.refunded),
            "currency": one.currency,
            "state": one.get_state_display(),
        }
        for one in case.charges.all()
    ]


def _receipts(case: Case) -> list[dict]:
    return [
        {"number": one.receipt, "amount": _whole(one.received), "at": one.settled_at.isoformat()}
        for one in receipts_of(case)
    ]


def _whole(minor: int) -> str:
    """Format an amount in minor units as whole units."""
    return f"{minor / 100:.2f}"
