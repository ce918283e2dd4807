"""The contract of a payment provider, as far as nobody pays. Run it with a key for tests."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from eservices.payments.models import Basket, Payment, Refund
from eservices.payments.providers import (
    PaymentProvider,
    PaymentStatus,
    ProviderRefused,
    ProviderUnavailable,
)
from eservices.payments.states import PaymentState, RefundState

from .call_trial import CallTrial
from .clauses import Clause, ClauseBroken, NotTried, Suite, check_time, expect_that

type ProviderTrial = CallTrial[PaymentProvider]

RETURN_URL = "https://commune.example/back"
AMOUNT = 1_000  # in minor units
FAILURES = (ProviderRefused, ProviderUnavailable)


# -- Calls -------------------------------------------------------------------------------------------------------
def new_payment() -> Payment:
    """Return a payment that is in no database."""
    return Payment(
        basket=Basket(),
        amount=AMOUNT,
        currency="CHF",
        language="en",
        opened_at=timezone.now(),
    )


def started_payment(trial: ProviderTrial) -> Payment:
    """Return a new payment with the number that the provider gave it."""
    payment = new_payment()
    payment.external_id = start_payment(trial, payment).external_id
    return payment


def start_payment(trial: ProviderTrial, payment: Payment) -> PaymentStatus:
    """Start a payment."""
    shown = f"start {payment.pk}: {payment.amount} {payment.currency}"
    return call_usable(trial, shown, lambda: trial.connection.start(payment, RETURN_URL))


def fetch_status(trial: ProviderTrial, payment: Payment) -> PaymentStatus:
    """Return the state of a payment."""
    return call_usable(
        trial, f"state of {payment.external_id}", lambda: trial.connection.fetch_status(payment)
    )


def cancel_payment(trial: ProviderTrial, payment: Payment) -> PaymentStatus:
    """Cancel a payment."""
    return call_usable(trial, f"cancel {payment.external_id}", lambda: trial.connection.cancel(payment))


def call_usable[Answer](trial: ProviderTrial, shown: str, act: Callable[[], Answer]) -> Answer:
    """Return the result of a call. Raise ``ClauseBroken`` if the provider fails or refuses."""
    try:
        return trial.call(shown, act)
    except FAILURES as fault:
        raise ClauseBroken(f"{fault}") from fault
    except Exception as fault:  # what a service answers may make no sense to its library
        raise ClauseBroken(f"{type(fault).__name__}: {fault}") from fault


def expect_state(status: PaymentStatus, state: PaymentState) -> None:
    """Check the state of a payment."""
    expect_that(status.state == state, f"The payment is “{status.state}”.")


# -- Clauses -----------------------------------------------------------------------------------------------------
def key_is_accepted(trial: ProviderTrial) -> None:
    call_usable(trial, "probe", trial.connection.probe)


def wrong_key_is_refused(trial: ProviderTrial) -> None:
    stranger = trial.stranger
    if stranger is None:
        raise NotTried("No key was given.")
    try:
        trial.call("start with a wrong key", lambda: stranger.start(new_payment(), RETURN_URL))
    except FAILURES:
        return
    raise ClauseBroken("A payment is started with a wrong key.")


def payment_is_open_with_a_page(trial: ProviderTrial) -> None:
    status = start_payment(trial, new_payment())
    expect_state(status, PaymentState.PENDING)
    expect_that(status.external_id, "The payment has no number.")
    expect_that(status.url, "There is no page to pay on.")


def repetition_is_one_payment(trial: ProviderTrial) -> None:
    payment = new_payment()
    numbers = {start_payment(trial, payment).external_id for _time in range(2)}
    expect_that(len(numbers) == 1, f"The same payment has the numbers {', '.join(sorted(numbers))}.")


def other_amount_is_no_second_payment(trial: ProviderTrial) -> None:
    payment = started_payment(trial)
    payment.amount += 1
    shown = f"start {payment.pk} again: {payment.amount} {payment.currency}"
    try:
        status = trial.call(shown, lambda: trial.connection.start(payment, RETURN_URL))
    except FAILURES:
        return
    expect_that(
        status.external_id == payment.external_id, "Another amount with the same key is a second payment."
    )


def unpaid_payment_is_not_paid(trial: ProviderTrial) -> None:
    expect_state(fetch_status(trial, started_payment(trial)), PaymentState.PENDING)


def cancelled_payment_stays_cancelled(trial: ProviderTrial) -> None:
    payment = started_payment(trial)
    expect_state(cancel_payment(trial, payment), PaymentState.CANCELLED)
    expect_state(fetch_status(trial, payment), PaymentState.CANCELLED)


def second_cancellation_is_harmless(trial: ProviderTrial) -> None:
    payment = started_payment(trial)
    for _time in range(2):
        status = cancel_payment(trial, payment)
    expect_state(status, PaymentState.CANCELLED)


def unpaid_payment_is_not_refunded(trial: ProviderTrial) -> None:
    refund = Refund(payment=started_payment(trial), amount=AMOUNT, currency="CHF", asked_at=timezone.now())
    shown = f"refund {refund.amount} of {refund.payment.external_id}"
    status = call_usable(trial, shown, lambda: trial.connection.refund(refund))
    expect_that(status.state == RefundState.FAILED, f"The refund of an unpaid payment is “{status.state}”.")


def payouts_are_listed(trial: ProviderTrial) -> None:
    since = timezone.localdate() - timedelta(days=7)
    call_usable(trial, f"payouts since {since}", lambda: trial.connection.payouts(since))


SUITE = Suite(
    "payment",
    "Payment provider",
    (
        Clause("P1", "The key is accepted.", key_is_accepted),
        Clause("P2", "A wrong key starts no payment.", wrong_key_is_refused),
        Clause(
            "P3", "A payment that is started is open, with a number and a page.", payment_is_open_with_a_page
        ),
        Clause("P4", "A payment that is started twice is one payment.", repetition_is_one_payment),
        Clause(
            "P5", "Another amount under the same key is no second payment.", other_amount_is_no_second_payment
        ),
        Clause("P6", "A payment that nobody paid is open.", unpaid_payment_is_not_paid),
        Clause("P7", "A cancelled payment stays cancelled.", cancelled_payment_stays_cancelled),
        Clause("P8", "A second cancellation changes nothing.", second_cancellation_is_harmless),
        Clause("P9", "A payment that nobody paid cannot be refunded.", unpaid_payment_is_not_refunded),
        Clause("P10", "Payouts can be listed.", payouts_are_listed),
        Clause("P11", "Each answer comes within 25 seconds.", check_time),
    ),
)
