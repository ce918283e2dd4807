"""What payments bring to the archive of a case: what was due, and what came of it. The books are kept apart."""

from eservices.cases.archiving import Parts, archived_parts, as_json
from eservices.cases.models import Case

TOLD = ("amount", "paid", "refunded", "currency", "lines", "state", "reason", "created_at")


@archived_parts.register("payments")
def payment_parts(case: Case) -> Parts:
    """Amounts in the smallest unit of their currency."""
    if charges := list(case.charges.order_by("created_at").values(*TOLD)):
        yield "charges.json", as_json(charges)
