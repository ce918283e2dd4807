"""The only ways to fetch what somebody pays. Unknown and forbidden look the same: 404."""

from django.db.models import F, QuerySet
from django.http import Http404

from eservices.cases import access as cases
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


# -- Whoever pays --------------------------------------------------------------------------------------------
def basket_by_secret(secret: str) -> Basket:
    """What the holder of a pay link may pay. A rehearsal's is never paid."""
    basket = get_or_404(Basket, secret=secret)
    if not charges_of_basket(basket):
        raise Http404
    return basket


def charges_of_basket(basket: Basket) -> list[Charge]:
    return list(basket.charges.real().select_related("case__version", "case__submission"))


def payment_by_secret(secret: str, payment_id) -> Payment:
    """A payment of the basket behind a pay link."""
    return get_or_404(
        Payment.objects.filter(basket=basket_by_secret(secret)).select_related("basket"), pk=payment_id
    )


def payments_of_basket(basket: Basket) -> list[Payment]:
    """How somebody tried to pay what is behind a pay link, the last one first."""
    return list(basket.payments.order_by("-opened_at"))


def refunds_of_basket(basket: Basket) -> QuerySet[Refund]:
    """What was or is being paid back of what is behind a pay link. What failed is with staff: nothing is on its way by
    itself."""
    given = Refund.objects.filter(payment__basket=basket, allocation__isnull=False)
    return given.exclude(state=RefundState.FAILED).order_by("asked_at")


def payment_by_provider_reference(number: str) -> Payment | None:
    """The payment that a provider calls about, by its own number for it; nobody reads it."""
    return Payment.objects.filter(external_id=number).exclude(external_id="").first()


def receipts_of(case) -> list[Payment]:
    """The payments that a case got money of, the first one first, for whoever may see the case."""
    rows = Payment.objects.received().filter(allocations__charge__case=case)
    return list(rows.select_related("basket").order_by("settled_at").distinct())


def refunds_of(case) -> list[Refund]:
    """What a case got back, the first one first, for whoever may see the case."""
    rows = Refund.objects.filter(allocation__charge__case=case, state=RefundState.DONE)
    return list(rows.order_by("done_at"))


def last_attempt(charge: Charge) -> Payment | None:
    """How somebody last tried to pay it, for whoever may see the charge; None where nobody came to a provider."""
    tried = Payment.objects.filter(basket__charges=charge).exclude(state=PaymentState.NEW)
    return tried.order_by("-opened_at").first()


def payable_charges_of(user) -> list[Charge]:
    """What this person could pay now, over all own cases."""
    own = Charge.objects.payable().filter(case__in=cases.own_cases(user))
    return list(own.select_related("case__version", "case__submission").prefetch_related("baskets"))


# -- Staff ---------------------------------------------------------------------------------------------------
def charge_for(user, pk, to: str = "read", permission: str = "") -> Charge:
    """A charge of a case on which ``user`` may do ``to``; with ``permission``, for its holders alone."""
    mine = Charge.objects.filter(case__in=cases.cases_for(user, to))
    if permission and not user.has_perm(permission):
        mine = mine.none()
    return get_or_404(mine.select_related("case"), pk=pk)


def allocation_for(user, pk) -> Allocation:
    """Money that a charge got, for who may decide on its case."""
    mine = Allocation.objects.filter(charge__case__in=cases.cases_for(user, "accept"))
    return get_or_404(mine.select_related("charge__case", "payment"), pk=pk)


def refund_for(user, pk, to: str) -> Refund:
    """A refund that ``user`` may pay: from the till on a case they treat, by the bank as who keeps the books."""
    rows = Refund.objects.select_related("allocation__charge__case", "payment")
    if to == "till":
        mine = rows.filter(allocation__charge__case__in=cases.cases_for(user, "take"))
        return get_or_404(mine if may_take_money(user) else rows.none(), pk=pk)
    return get_or_404(_of_the_books(rows, user), pk=pk)


def refunds_to_pay(user) -> QuerySet[Refund]:
    """The refunds of cases that only a person can pay, the oldest first, for who keeps the books."""
    rows = Refund.objects.filter(state__in=[RefundState.PENDING, RefundState.FAILED], due_at=None)
    rows = rows.exclude(allocation=None).select_related("allocation__charge__case", "payment", "by")
    return _of_the_books(rows.order_by("asked_at"), user)


def may_keep_books(user) -> bool:
    return user.is_active and user.has_perm(KEEP_BOOKS)


def may_take_money(user) -> bool:
    """Return whether ``user`` takes money at the counter, on the cases they treat, into a till of their own."""
    return user.is_active and user.has_perm(TAKE_MONEY)


def may_change_account(user) -> bool:
    """Return whether ``user`` changes the bank account of QR-bills: an administrator, by no right of a group."""
    return user.is_active and user.is_superuser and user.has_perm(KEEP_BOOKS)


def account_change_for(user, pk: int) -> AccountChange:
    """A change of the account of QR-bills, for administrators."""
    rows = AccountChange.objects.all()
    return get_or_404(rows if may_change_account(user) else rows.none(), pk=pk)


def unallocated_payment_for(user, pk) -> UnallocatedPayment:
    """Money that was set aside, for who keeps the books."""
    return get_or_404(all_unallocated_payments(user), pk=pk)


def all_unallocated_payments(user) -> QuerySet[UnallocatedPayment]:
    """All money that was set aside, for who keeps the books."""
    rows = UnallocatedPayment.objects.select_related("payment__basket", "resolved_by", "refund")
    return _of_the_books(rows.prefetch_related("payment__basket__charges__case"), user)


def journal_rows(user) -> QuerySet[JournalRow]:
    """The rows of the journal, for who keeps the books."""
    return _of_the_books(JournalRow.objects.select_related("payment", "charge__case"), user)


def bank_files(user) -> QuerySet[BankFile]:
    """The files of the bank with what became of each entry, for who keeps the books."""
    return _of_the_books(BankFile.objects.select_related("read_by").prefetch_related("entries"), user)


def all_tills(user) -> QuerySet[Till]:
    """The tills of all agents, the open ones first, for who keeps the books."""
    rows = _of_the_books(Till.objects.select_related("agent"), user)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")


def _of_the_books(rows: QuerySet, user) -> QuerySet:
    return rows if may_keep_books(user) else rows.none()


def open_till_of(user) -> Till | None:
    return Till.objects.filter(agent=user, closed_at=None).first()


def counted_tills_of(user) -> QuerySet[Till]:
    """One's own tills that were counted, the last one first."""
    return Till.objects.filter(agent=user).exclude(closed_at=None)


def till_for(user, pk: int) -> Till:
    """One's own till, open or counted; any, for who keeps the books."""
    mine = Till.objects.all() if may_keep_books(user) else Till.objects.filter(agent=user)
    return get_or_404(mine.select_related("agent"), pk=pk)
