"""Rows under lock, always in the same order, so that nobody waits for somebody who waits: cases, payment, charges."""

from collections.abc import Iterable

from eservices.cases import actions as cases

from ..models import Charge, Payment


class Impossible(Exception):
    """What was asked cannot be done as things stand. The message is for the person who asked."""


class Over(Impossible):
    """It was done or given up before: nothing that could be typed instead changes that."""


def charge_locked(pk) -> Charge:
    """A charge and its case."""
    case = cases.locked(Charge.objects.values_list("case_id", flat=True).get(pk=pk))
    charge = Charge.objects.select_for_update(of=("self",)).get(pk=pk)
    charge.case = case
    return charge


def charges_locked(pks: Iterable) -> list[Charge]:
    """Charges and their cases, in the order of their making."""
    found = Charge.objects.filter(pk__in=list(pks))
    held = {pk: cases.locked(pk) for pk in sorted(set(found.values_list("case_id", flat=True)))}
    locked = list(found.select_for_update(of=("self",)).order_by("pk"))
    for charge in locked:
        charge.case = held[charge.case_id]
    return sorted(locked, key=lambda charge: (charge.created_at, charge.pk))


def payment_locked(pk) -> tuple[Payment, list[Charge]]:
    """A payment with the charges of its basket and their cases."""
    basket = Payment.objects.values_list("basket", flat=True).get(pk=pk)
    pks = Charge.objects.filter(baskets=basket).values_list("pk", flat=True)
    cases_of = sorted(set(Charge.objects.filter(pk__in=list(pks)).values_list("case_id", flat=True)))
    for case in cases_of:
        cases.locked(case)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("basket").get(pk=pk)
    return payment, charges_locked(pks)
