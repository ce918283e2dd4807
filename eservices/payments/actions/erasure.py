"""What the books forget as a case is erased. What the law on bookkeeping needs stays: amounts, days, accounts, numbers
of receipts, references.
"""

from django.db import transaction

from eservices.cases.models import Case

from ..models import Charge, Payment, Refund, UnallocatedPayment


@transaction.atomic
def erase_payers(*, actor, case: Case) -> None:
    """Empties what people wrote beside the money of a case, who paid, and the ways back to its private link.

    The case's row must be locked. No money of it may still be on its way: see ``hindrances``.
    """
    own = Payment.objects.filter(basket__charges__case=case)
    Charge.objects.filter(case=case).update(reason="")
    UnallocatedPayment.objects.filter(payment__in=own).update(note="", details={})
    Refund.objects.filter(payment__in=own).update(reason="", fault="")
    Payment.objects.filter(pk__in=own.values("pk")).update(back="", url="", reason="", fault="")
