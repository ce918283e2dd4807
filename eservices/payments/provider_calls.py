"""What is done with providers: outside of transactions, any number of times, by anybody.

Each function asks the other side first and keeps the answer afterwards. Killed in between, the next call asks
again under the same key, gets the same answer, and keeps that.
"""

import logging
from datetime import timedelta

from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone, translation

from eservices.deliveries import circuit_breaker
from home.links.page_links import absolute_url

from .actions import payments, refunds, settlement
from .carriers import provider_transport_key
from .models import Charge, Payment, Refund
from .providers import (
    PaymentProvider,
    PaymentStatus,
    ProviderRefused,
    ProviderUnavailable,
    error_text,
    payment_providers,
    provider_for,
)
from .states import PaymentState, RefundState

logger = logging.getLogger(__name__)

PAYOUTS_BACK = timedelta(days=14)  # a transfer that was missed for two weeks is still found


def start_at_provider(payment: Payment) -> Payment:
    """Opens the payment at its provider, or finds it there; away, it stays as it is and is tried again."""
    return _asked(payment, lambda provider: provider.start(payment, return_url(payment)))


def poll_payment(payment_id) -> Payment | None:
    """Asks how a payment stands. One that nobody waits for any more is given up, unless it was paid."""
    payment = Payment.objects.select_related("basket").filter(pk=payment_id).first()
    if payment is None or payment.is_received:
        return payment
    return _asked(payment, lambda provider: _question(payment, provider))


def _question(payment: Payment, provider: PaymentProvider) -> PaymentStatus:
    if not payment.is_open:
        return provider.look(payment)
    if not _is_wanted(payment, provider):
        return provider.cancel(payment)
    if payment.state == PaymentState.NEW:
        return provider.start(payment, return_url(payment))
    return provider.look(payment)


def run_refund(refund_id) -> Refund | None:
    """Lets the provider pay back, or asks how that stands."""
    refund = Refund.objects.select_related("payment").filter(pk=refund_id, due_at__isnull=False).first()
    if refund is None or refund.state not in (RefundState.NEW, RefundState.PENDING):
        return refund
    try:
        answer = provider_for(refund).refund(refund)
    except (ProviderUnavailable, ProviderRefused) as fault:
        refunds.record_refund_error(refund, fault)
        return refund
    return refunds.save_refund_answer(refund=refund, answer=answer)


def fetch_payouts() -> None:
    """Books the transfers that providers made since we last looked. One that fails keeps no other from it."""
    since = timezone.localdate() - PAYOUTS_BACK
    for provider in payment_providers:
        try:
            reports = list(provider.payouts(since)) if provider.available() else []
        except (ProviderUnavailable, ProviderRefused) as fault:
            logger.warning("Payouts of %s: %s", provider.key, fault)
            continue
        for report in reports:
            try:
                settlement.book_payout(provider=provider, report=report)
            except DatabaseError:
                logger.exception("Payout of %s: %s", provider.key, report)


def return_url(payment: Payment) -> str:
    """Where the provider sends the person back to, in the language of the payment."""
    with translation.override(payment.language):
        path = reverse("payments:back", args=[payment.basket.secret, payment.pk])
    return absolute_url(path)


def _asked(payment: Payment, ask) -> Payment:
    try:
        answer = _through_circuit(provider_for(payment), ask)
    except (ProviderUnavailable, ProviderRefused) as fault:
        logger.warning("Payment %s: %s", payment.pk, fault)
        if isinstance(fault, ProviderRefused) and payment.state == PaymentState.NEW:
            never_began = PaymentStatus(PaymentState.FAILED)
            return payments.save_provider_answer(payment=payment, answer=never_began, fault=error_text(fault))
        payments.record_provider_error(payment, fault)
        payment.refresh_from_db()
        return payment
    return payments.save_provider_answer(payment=payment, answer=answer)


def _through_circuit(provider: PaymentProvider, ask) -> PaymentStatus:
    """A provider that was away several times in a row is left in peace for a while, and staff are told.

    Else everybody who wants to pay would hold up a worker for as long as it does not answer.
    """
    if not provider.asks:
        return ask(provider)
    line = provider_transport_key(provider)
    if circuit_breaker.circuit_open_until(line, timezone.now()):
        raise ProviderUnavailable("It failed several times in a row, and is left in peace.")
    try:
        answer = ask(provider)
    except ProviderUnavailable as fault:
        circuit_breaker.record_failure(line, str(fault), timezone.now())
        raise
    except ProviderRefused:  # it does answer
        circuit_breaker.record_success(line)
        raise
    circuit_breaker.record_success(line)
    return answer


def _is_wanted(payment: Payment, provider: PaymentProvider) -> bool:
    """Whether something is still due for it, of just this amount, and its time is not over."""
    due = Charge.objects.payable().filter(baskets=payment.basket_id)
    if sum(charge.open_amount for charge in due) != payment.amount:
        return False
    return provider.lifetime is None or payment.opened_at + provider.lifetime > timezone.now()
