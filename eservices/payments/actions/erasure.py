"""Erasure of personal data in the books when a case is erased.

What the law on bookkeeping requires remains: amounts, dates, accounts, receipt numbers, references.
"""

from django.db import transaction

from eservices.accounts.models import User
from eservices.cases.models import Case

from ..models import Charge, Payment, Refund, UnallocatedPayment


@transaction.atomic
def erase_payers(*, actor: User, case: Case) -> None:
    """Erase what people wrote about the payments of a case, the payers, and the links to its status page.

    The case must be locked. No payment of it may be in progress, see ``hindrances``.
    """
    own = Payment.objects.filter(basket__charges__case=case)
    Charge.objects.filter(case=case).update(reason="")
    UnallocatedPayment.objects.filter(payment__in=own).update(note="", details={})
    Refund.objects.filter(payment__in=own).update(reason="", fault="")
    Payment.objects.filter(pk__in=own.values("pk")).update(back="", url="", reason="", fault="")
