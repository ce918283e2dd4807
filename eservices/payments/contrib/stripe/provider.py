"""Cards and TWINT through Stripe's PaymentIntents, with the official SDK."""

from collections.abc import Callable
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime, timedelta

import stripe
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...models.payments import Payment, Refund
from ...providers import (
    CANCELLED,
    FAILED,
    PENDING,
    REFUND_DONE,
    REFUND_FAILED,
    REFUND_PENDING,
    SUCCEEDED,
    ForgedCall,
    PaymentProvider,
    PaymentStatus,
    PayoutReport,
    ProviderRefused,
    ProviderUnavailable,
    RefundStatus,
)

TIMEOUT = 10  # seconds to wait for Stripe
LIVE = ("sk_live_", "rk_live_")  # keys with which money moves
KEYS_HOLD = timedelta(hours=23)  # Stripe keeps idempotency keys for at least a day
TAKEN_OR_GIVEN = {  # disputes, and refunds that failed afterwards
    "adjustment",
    "payment_failure_refund",
    "payment_refund_failure",
    "payment_reversal",
    "payment_unreconciled",
    "refund_failure",
}
REFUND_STATES = {"succeeded": REFUND_DONE, "failed": REFUND_FAILED, "canceled": REFUND_FAILED}
RETRYABLE_ERRORS = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)
KEY = (stripe.AuthenticationError, stripe.PermissionError)  # the key is unknown or lacks a permission


@contextmanager
def translate_errors(later=RETRYABLE_ERRORS + KEY):
    """Raise ``ProviderUnavailable`` for errors in ``later``, which may pass, and ``ProviderRefused`` for all others."""
    try:
        yield
    except later as fault:
        raise ProviderUnavailable(str(fault)) from fault
    except stripe.StripeError as fault:
        raise ProviderRefused(str(fault)) from fault


def stripe_client() -> stripe.StripeClient:
    """Return a client of the configured account."""
    return client_at(settings.STRIPE_API_URL, settings.STRIPE_SECRET_KEY)


def client_at(url: str, key: str) -> stripe.StripeClient:
    """Return a client of an account. ``url``: if empty, that of Stripe."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url} if url else {},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=1,
    )


class StripeProvider(PaymentProvider):
    """Base of cards and TWINT. The id of our payment is the idempotency key of its intent."""

    method = ""
    tried_at: tuple[str, str] | None = None  # address and key of the bench, instead of the settings

    def at_address(self, url: str, key: str) -> PaymentProvider:
        if key.startswith(LIVE):
            raise ProviderRefused("This key moves money. Use one for tests (sk_test_…).")
        found = copy(self)
        found.tried_at = url, key
        return found

    def client(self) -> stripe.StripeClient:
        """Return a client for the requests of this provider."""
        return client_at(*self.tried_at) if self.tried_at else stripe_client()

    def available(self) -> bool:
        return bool(
            settings.STRIPE_SECRET_KEY and settings.STRIPE_PUBLIC_KEY and settings.STRIPE_WEBHOOK_SECRET
        )

    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        asked = {
            "amount": payment.amount,
            "currency": payment.currency.lower(),
            "payment_method_types": [self.method],
            "metadata": {"payment": str(payment.pk)},
        }
        return self._answer(
            payment,
            lambda api: api.create(asked | self.more(return_url), {"idempotency_key": str(payment.pk)}),
        )

    def more(self, return_url: str) -> dict:
        """Return what this method needs besides amount and currency to start."""
        return {}

    def fetch_status(self, payment: Payment) -> PaymentStatus:
        if not payment.external_id:
            return PaymentStatus(FAILED)
        return self._answer(payment, lambda api: api.retrieve(payment.external_id))

    def cancel(self, payment: Payment) -> PaymentStatus:
        """Cancel the intent, unless it was paid.

        A payment without an intent number was never shown to the payer, so nobody can pay it.
        """
        if not payment.external_id:
            return PaymentStatus(CANCELLED)
        answer = self.fetch_status(payment)
        if answer.state in {CANCELLED, SUCCEEDED}:
            return answer
        try:
            return self._answer(payment, lambda api: api.cancel(payment.external_id))
        except ProviderRefused:  # it was paid, or is being paid, at this moment
            return self.fetch_status(payment)

    def refund(self, refund: Refund) -> RefundStatus:
        asked = {
            "payment_intent": refund.payment.external_id,
            "amount": refund.amount,
            "metadata": {"refund": str(refund.pk)},
        }
        try:
            with translate_errors(RETRYABLE_ERRORS):  # on any other error an agent refunds in another way
                api = self.client().v1.refunds
                theirs = _existing_refund(api, refund) or api.create(
                    asked, {"idempotency_key": str(refund.pk)}
                )
        except ProviderRefused as fault:
            return RefundStatus(REFUND_FAILED, reason=str(fault))
        state = REFUND_STATES.get(theirs.status, REFUND_PENDING)
        return RefundStatus(state, theirs.id, getattr(theirs, "failure_reason", None) or "")

    def payment_id_of_call(self, request: HttpRequest) -> str:
        signature = request.headers.get("Stripe-Signature", "")
        try:
            event = stripe.Webhook.construct_event(request.body, signature, settings.STRIPE_WEBHOOK_SECRET)
        except (ValueError, stripe.SignatureVerificationError) as fault:
            raise ForgedCall(str(fault)) from fault
        about = event.data.object.to_dict()
        return (
            about.get("id", "")
            if about.get("object") == "payment_intent"
            else about.get("payment_intent") or ""
        )

    def probe(self) -> None:
        with translate_errors():
            self.client().v1.payment_intents.list({"limit": 1})

    def _answer(self, payment: Payment, call: Callable) -> PaymentStatus:
        with translate_errors():
            intent = call(self.client().v1.payment_intents).to_dict()
        if intent["status"] == "succeeded":
            amount = intent.get("amount_received") or intent["amount"]
            return PaymentStatus(SUCCEEDED, intent["id"], amount=amount, currency=intent["currency"].upper())
        if intent["status"] == "canceled":
            return PaymentStatus(CANCELLED, intent["id"])
        error = intent.get("last_payment_error") or {}
        return self.pending_status(payment, intent, (error.get("message") or "")[:255])

    def pending_status(self, payment: Payment, intent: dict, reason: str) -> PaymentStatus:
        """Return the status for an intent that is neither paid nor cancelled."""
        raise NotImplementedError


class StripeCard(StripeProvider):
    """Payment by card, entered into Stripe's fields on our page. After a decline the payer may try again."""

    key = "stripe_card"
    label = _("Card")
    hint = _("Visa, Mastercard, PostFinance. Typed in at our provider, Stripe.")
    icon = "card"
    method = "card"
    paid_out_with = ("stripe_twint",)

    def pending_status(self, payment, intent, reason):
        url = reverse("payments:card", args=[payment.basket.secret, payment.pk])
        return PaymentStatus(PENDING, intent["id"], url=url, reason=reason)

    def client_secret(self, payment: Payment) -> str:
        """Return the client secret with which Stripe's script completes this payment."""
        with translate_errors():
            return self.client().v1.payment_intents.retrieve(payment.external_id).client_secret

    def payouts(self, since: date) -> list[PayoutReport]:
        """Return the payouts of the account, including those of TWINT."""
        first = int(datetime.combine(since, datetime.min.time(), UTC).timestamp())
        with translate_errors():
            asked = {"arrival_date": {"gte": first}, "status": "paid", "limit": 100}
            api = self.client().v1
            return [_report(api, payout) for payout in api.payouts.list(asked).auto_paging_iter()]


class StripeTwint(StripeProvider):
    """Payment by TWINT: redirects to the app and back, without a script. After a decline a new payment is started."""

    key = "stripe_twint"
    label = "TWINT"
    hint = _("You switch to the app and return here.")
    icon = "twint"
    method = "twint"

    def more(self, return_url: str) -> dict:
        return {"payment_method_data": {"type": "twint"}, "confirm": True, "return_url": return_url}

    def pending_status(self, payment, intent, reason):
        if intent["status"] == "requires_payment_method":
            return PaymentStatus(FAILED, intent["id"], reason=reason)
        action = intent.get("next_action") or {}
        return PaymentStatus(PENDING, intent["id"], url=action.get("redirect_to_url", {}).get("url", ""))


def _existing_refund(api, refund: Refund):
    """Return the refund if Stripe has it already, else None.

    Stripe forgets our idempotency key after a day; creating the refund again would then refund twice.
    """
    if refund.external_id:
        return api.retrieve(refund.external_id)
    if refund.asked_at > timezone.now() - KEYS_HOLD:
        return None
    refunds = api.list({"payment_intent": refund.payment.external_id, "limit": 100}).auto_paging_iter()
    return next(
        (one for one in refunds if one.to_dict().get("metadata", {}).get("refund") == str(refund.pk)), None
    )


def _report(api, payout) -> PayoutReport:
    """Build the report of a payout: its payments and refunds; all else is Stripe's commission.

    Disputes and failed refunds are listed by their own number. Our books do not have them, so the difference is
    shown.
    """
    asked = {"payout": payout.id, "limit": 100, "expand": ["data.source"]}
    items = []
    for row in api.balance_transactions.list(asked).auto_paging_iter():
        if row.type in ("charge", "payment"):
            items.append((row.source.payment_intent, row.amount))
        elif row.type in ("refund", "payment_refund"):
            items.append((row.source.id, row.amount))
        elif row.type in TAKEN_OR_GIVEN:
            items.append((row.id, row.amount))
    gross = sum(amount for _number, amount in items)
    return PayoutReport(
        external_id=payout.id,
        arrived_on=datetime.fromtimestamp(payout.arrival_date, timezone.get_current_timezone()).date(),
        gross=gross,
        commission=gross - payout.amount,
        currency=payout.currency.upper(),
        items=tuple(items),
    )
