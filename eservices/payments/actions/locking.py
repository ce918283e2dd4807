"""Row locks, always in one order to prevent deadlocks: cases, payment, charges."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from eservices.cases import actions as cases
from home.exceptions import ActionRefused

from ..models import Charge, Payment


class PaymentActionRefused(ActionRefused):
    """The action is not possible in the current state. The message is for the user."""


class AlreadySettled(PaymentActionRefused):
    """The payment or charge was settled or cancelled before, so that no other input can help."""


def lock_charge(pk: UUID | str) -> Charge:
    """Lock a charge and its case."""
    case = cases.lock_case(Charge.objects.values_list("case_id", flat=True).get(pk=pk))
    charge = Charge.objects.select_for_update(of=("self",)).get(pk=pk)
    charge.case = case
    return charge


def lock_charges(pks: Iterable[Any]) -> list[Charge]:
    """Lock charges and their cases. Return the charges in order of creation."""
    found = Charge.objects.filter(pk__in=list(pks))
    held = {pk: cases.lock_case(pk) for pk in sorted(set(found.values_list("case_id", flat=True)))}
    locked = list(found.select_for_update(of=("self",)).order_by("pk"))
    for charge in locked:
        charge.case = held[charge.case_id]
    return sorted(locked, key=lambda charge: (charge.created_at, charge.pk))


def lock_payment(pk: UUID | str) -> tuple[Payment, list[Charge]]:
    """Lock a payment, the charges of its basket and their cases."""
    basket = Payment.objects.values_list("basket", flat=True).get(pk=pk)
    pks = Charge.objects.filter(baskets=basket).values_list("pk", flat=True)
    cases_of = sorted(set(Charge.objects.filter(pk__in=list(pks)).values_list("case_id", flat=True)))
    for case in cases_of:
        cases.lock_case(case)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("basket").get(pk=pk)
    return payment, lock_charges(pks)
