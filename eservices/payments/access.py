"""Queries for charges, payments and refunds that a user may see. Unknown and forbidden both answer 404."""

from uuid import UUID

from django.db.models import F, Model, QuerySet, Sum
from django.http import Http404

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.models import Case
from home.web.shortcuts import get_or_404

from .models import (
    AccountChange,
    Allocation,
    BankFile,
    Basket,
    Charge,
    JournalRow,
    Payment,
    Refund,
    Till,
    UnallocatedPayment,
)
from .states import PaymentState, RefundState

KEEP_BOOKS = "eservices_payments.keep_books"
TAKE_MONEY = "eservices_payments.take_money"


# -- Payers --------------------------------------------------------------------------------------------------
def basket_by_secret(secret: str) -> Basket:
    """Return the basket behind a pay link. Raise Http404 if it has only rehearsal charges, which are never paid."""
    basket = get_or_404(Basket, secret=secret)
    if not charges_of_basket(basket):
        raise Http404
    return basket


def charges_of_basket(basket: Basket) -> list[Charge]:
    return list(basket.charges.real().select_related("case__version", "case__submission"))


def payment_by_secret(secret: str, payment_id: str) -> Payment:
    """Return a payment of the basket behind a pay link. Raise Http404 if there is none."""
    return get_or_404(
        Payment.objects.filter(basket=basket_by_secret(secret)).select_related("basket"), pk=payment_id
    )


def payments_of_basket(basket: Basket) -> list[Payment]:
    """Return all payments of a basket, the newest first."""
    return list(basket.payments.order_by("-opened_at"))


def refunds_of_basket(basket: Basket) -> QuerySet[Refund]:
    """Return the refunds of a basket that are done or in progress, the oldest first.

    Failed ones are left out: staff handle them, so no money is on its way.
    """
    given = Refund.objects.filter(payment__basket=basket, allocation__isnull=False)
    return given.exclude(state=RefundState.FAILED).order_by("asked_at")


def payment_by_provider_reference(number: str) -> Payment | None:
    """Return the payment that a provider notifies us about, by the provider's number.

    None if there is none. No user sees the result, so no right is checked.
    """
    return Payment.objects.filter(external_id=number).exclude(external_id="").first()


def receipts_of(case: Case) -> list[Payment]:
    """Return the payments received for a case, the oldest first. The caller must check access to the case."""
    rows = Payment.objects.received().filter(allocations__charge__case=case)
    return list(rows.select_related("basket").order_by("settled_at").distinct())


def paid_amount_of(case: Case) -> int:
    """Return what was received for a case, in minor units. The caller must check access to the case."""
    return Allocation.objects.filter(charge__case=case).aggregate(sum=Sum("amount"))["sum"] or 0


def refunds_of(case: Case) -> list[Refund]:
    """Return the completed refunds of a case, the oldest first. The caller must check access to the case."""
    rows = Refund.objects.filter(allocation__charge__case=case, state=RefundState.DONE)
    return list(rows.order_by("done_at"))


def last_attempt(charge: Charge) -> Payment | None:
    """Return the newest payment of a charge; None if none was started at a provider.

    The caller must check access to the charge.
    """
    tried = Payment.objects.filter(basket__charges=charge).exclude(state=PaymentState.NEW)
    return tried.order_by("-opened_at").first()


def payable_charges_of(user: User) -> list[Charge]:
    """Return the charges that ``user`` can pay now, over all of their own cases."""
    own = Charge.objects.payable().filter(case__in=cases.own_cases(user))
    return list(own.select_related("case__version", "case__submission").prefetch_related("baskets"))


# -- Staff ---------------------------------------------------------------------------------------------------
def charge_for(user: User, pk: UUID | str, to: str = "read", permission: str = "") -> Charge:
    """Return a charge of a case on which ``user`` may do ``to``.

    ``permission``: a permission that the user needs in addition. Raise Http404 otherwise.
    """
    mine = Charge.objects.filter(case__in=cases.cases_for(user, to))
    if permission and not user.has_perm(permission):
        mine = mine.none()
    return get_or_404(mine.select_related("case"), pk=pk)


def allocation_for(user: User, pk: int) -> Allocation:
    """Return an allocation on a case that ``user`` may decide. Raise Http404 otherwise."""
    mine = Allocation.objects.filter(charge__case__in=cases.cases_for(user, "accept"))
    return get_or_404(mine.select_related("charge__case", "payment"), pk=pk)


def refund_for(user: User, pk: UUID | str, to: str) -> Refund:
    """Return a refund that ``user`` may pay out. Raise Http404 otherwise.

    ``to``: "till" for users who may take money on the case, anything else for bookkeepers.
    """
    rows = Refund.objects.select_related("allocation__charge__case", "payment")
    if to == "till":
        mine = rows.filter(allocation__charge__case__in=cases.cases_for(user, "take"))
        return get_or_404(mine if may_take_money(user) else rows.none(), pk=pk)
    return get_or_404(_if_bookkeeper(rows, user), pk=pk)


def refunds_to_pay(user: User) -> QuerySet[Refund]:
    """Return the refunds that only a person can pay, the oldest first; none unless ``user`` keeps the books.

    Refunds of unallocated payments are not included.
    """
    rows = Refund.objects.filter(state__in=[RefundState.PENDING, RefundState.FAILED], due_at=None)
    rows = rows.exclude(allocation=None).select_related("allocation__charge__case", "payment", "by")
    return _if_bookkeeper(rows.order_by("asked_at"), user)


def may_keep_books(user: User) -> bool:
    return user.is_active and user.has_perm(KEEP_BOOKS)


def may_take_money(user: User) -> bool:
    """Return whether ``user`` may take money at the counter, on the cases they treat, into a till of their own."""
    return user.is_active and user.has_perm(TAKE_MONEY)


def may_change_account(user: User) -> bool:
    """Return whether ``user`` may change the bank account of QR-bills: only administrators, not through a group."""
    return user.is_active and user.is_superuser and user.has_perm(KEEP_BOOKS)


def account_change_for(user: User, pk: int) -> AccountChange:
    """Return a change of the QR-bill account. Raise Http404 unless ``user`` is an administrator."""
    rows = AccountChange.objects.all()
    return get_or_404(rows if may_change_account(user) else rows.none(), pk=pk)


def unallocated_payment_for(user: User, pk: UUID | str) -> UnallocatedPayment:
    """Return an unallocated payment. Raise Http404 unless ``user`` keeps the books."""
    return get_or_404(all_unallocated_payments(user), pk=pk)


def all_unallocated_payments(user: User) -> QuerySet[UnallocatedPayment]:
    """Return all unallocated payments; none unless ``user`` keeps the books."""
    rows = UnallocatedPayment.objects.select_related("payment__basket", "resolved_by", "refund")
    return _if_bookkeeper(rows.prefetch_related("payment__basket__charges__case"), user)


def journal_rows(user: User) -> QuerySet[JournalRow]:
    """Return the journal rows; none unless ``user`` keeps the books."""
    return _if_bookkeeper(JournalRow.objects.select_related("payment", "charge__case"), user)


def bank_files(user: User) -> QuerySet[BankFile]:
    """Return the bank files with their entries; none unless ``user`` keeps the books."""
    return _if_bookkeeper(BankFile.objects.select_related("read_by").prefetch_related("entries"), user)


def all_tills(user: User) -> QuerySet[Till]:
    """Return the tills of all agents, the open ones first; none unless ``user`` keeps the books."""
    rows = _if_bookkeeper(Till.objects.select_related("agent"), user)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")


def _if_bookkeeper[M: Model](rows: QuerySet[M], user: User) -> QuerySet[M]:
    return rows if may_keep_books(user) else rows.none()


def open_till_of(user: User) -> Till | None:
    return Till.objects.filter(agent=user, closed_at=None).first()


def counted_tills_of(user: User) -> QuerySet[Till]:
    """Return the user's own counted tills."""
    return Till.objects.filter(agent=user).exclude(closed_at=None)


def till_for(user: User, pk: int) -> Till:
    """Return the user's own till, open or counted; any till if ``user`` keeps the books."""
    mine = Till.objects.all() if may_keep_books(user) else Till.objects.filter(agent=user)
    return get_or_404(mine.select_related("agent"), pk=pk)
