"""Payments in the archive package of a case: charges and their payments. The ledger is archived separately."""

from collections.abc import Iterator

from django.db.models import F

from eservices.cases.archive_files import to_json_bytes
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case

from .models import Allocation, Refund

ARCHIVED_FIELDS = ("amount", "paid", "refunded", "currency", "lines", "state", "reason", "created_at")


def payment_data(case: Case) -> dict:
    """Return charges, receipts and refunds as plain data, in minor units; empty if there was no charge."""
    charges = list(case.charges.order_by("created_at").values(*ARCHIVED_FIELDS))
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


def archive_payment_files(case: Case) -> Iterator[ArchiveFile]:
    """Archive charges, payments and refunds as JSON. Amounts are in minor units."""
    if data := payment_data(case):
        yield "charges.json", to_json_bytes(data["charges"])
        yield "payments.json", to_json_bytes({"received": data["received"], "refunds": data["refunds"]})
