"""Calls to payment providers, outside of transactions. All are safe to repeat.

Each function calls the provider first and saves the answer afterwards. If the process is killed in between, the
next call uses the same idempotency key, gets the same answer, and saves it.
"""

import logging
from datetime import timedelta

from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone, translation

from eservices.deliveries import circuit_breaker
from home.links.page_links import absolute_url

from .actions import payments, refunds, settlement
from .models import Charge, Payment, Refund
from .provider_transport import provider_transport_key
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

PAYOUTS_BACK = timedelta(days=14)  # a payout missed for two weeks is still found


def start_at_provider(payment: Payment) -> Payment:
    """Start the payment at its provider. If the provider is unavailable, the payment stays new and is tried again."""
    return _call_provider(payment, lambda provider: provider.start(payment, return_url(payment)))


def poll_payment(payment_id) -> Payment | None:
    """Poll the state of a payment. Cancel one that must not be paid any more, unless it was paid already.

    None if the payment does not exist.
    """
    payment = Payment.objects.select_related("basket").filter(pk=payment_id).first()
    if payment is None or payment.is_received:
        return payment
    return _call_provider(payment, lambda provider: _poll_question(payment, provider))


def _poll_question(payment: Payment, provider: PaymentProvider) -> PaymentStatus:
    if not payment.is_open:
        return provider.fetch_status(payment)
    if not _is_still_due(payment, provider):
        return provider.cancel(payment)
    if payment.state == PaymentState.NEW:
        return provider.start(payment, return_url(payment))
    return provider.fetch_status(payment)


def run_refund(refund_id) -> Refund | None:
    """Request the refund from the provider, or poll its state. None if no refund is due."""
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
    """Book the payouts of the last two weeks that are not booked yet. An error of one does not stop the others."""
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
    """Return the URL to which the provider redirects the payer, in the language of the payment."""
    with translation.override(payment.language):
        path = reverse("payments:back", args=[payment.basket.secret, payment.pk])
    return absolute_url(path)


def _call_provider(payment: Payment, ask) -> Payment:
    try:
        answer = _call_through_circuit(provider_for(payment), ask)
    except (ProviderUnavailable, ProviderRefused) as fault:
        logger.warning("Payment %s: %s", payment.pk, fault)
        if isinstance(fault, ProviderRefused) and payment.state == PaymentState.NEW:
            never_began = PaymentStatus(PaymentState.FAILED)
            return payments.save_provider_answer(payment=payment, answer=never_began, fault=error_text(fault))
        payments.record_provider_error(payment, fault)
        payment.refresh_from_db()
        return payment
    return payments.save_provider_answer(payment=payment, answer=answer)


def _call_through_circuit(provider: PaymentProvider, ask) -> PaymentStatus:
    """Call the provider through the circuit breaker, which pauses it after several failures and alerts staff.

    Otherwise each payer would block a worker as long as the provider does not answer.
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
    except ProviderRefused:  # the provider is available
        circuit_breaker.record_success(line)
        raise
    circuit_breaker.record_success(line)
    return answer


def _is_still_due(payment: Payment, provider: PaymentProvider) -> bool:
    """Return whether exactly this amount is still due and the payment is not too old."""
    due = Charge.objects.payable().filter(baskets=payment.basket_id)
    if sum(charge.open_amount for charge in due) != payment.amount:
        return False
    return provider.lifetime is None or payment.opened_at + provider.lifetime > timezone.now()
