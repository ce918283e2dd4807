"""Charges and payments: ``due_charge()``, ``paid(charge)``, ``entry("macaron-an", 24000)``."""

from datetime import date

from django.utils import timezone

from eservices.cases.jobs import wake_due_cases
from eservices.payments import jobs, provider_calls
from eservices.payments.actions import payments
from eservices.payments.contrib.demo.provider import mark_paid
from eservices.payments.models import Charge, FeePrice, FeeScheduleEntry, Payment, PaymentSettings
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.providers import payment_providers
from home.models import CommuneSettings
from tests.factories.cases import CaseFactory

PAYMENT = {"key": "paiement", "type": "payment", "settings": {"format": 1, "days": 30, "remind_after": 14}}
QR_IBAN = "CH4431999123000889012"  # the example of the Swiss standard


def entry(key: str = "attestation", *amounts: int, vat: str = "", **fields) -> FeeScheduleEntry:
    """Create an entry of the fee schedule; the amounts are valid from 1 January 2020, 2021 and so on."""
    made = FeeScheduleEntry.objects.create(key=key, name=key.capitalize(), **{"account": "4310.00"} | fields)
    for year, amount in enumerate(amounts or (1500,), 2020):
        FeePrice.objects.create(entry=made, valid_from=date(year, 1, 1), amount=amount, vat=vat)
    return made


def due_charge(*, stages=None, **fields) -> Charge:
    """Create a case and return its charge: two copies of the certificate at CHF 15."""
    return CaseFactory(stages=stages or [PAYMENT], **fields).charges.get()


def begun(charge: Charge, provider: str = "demo") -> Payment:
    """Start a payment of the charge at its provider."""
    payment = payments.start_payment(
        actor=None, basket=charge.basket, provider=payment_providers[provider], language="fr"
    )
    return provider_calls.start_at_provider(payment)


def pays(payment: Payment) -> None:
    """Pay at the demo provider, as the person does. The site has not received the result yet."""
    mark_paid(DemoPayment.objects.get(pk=payment.pk))


def paid(charge: Charge) -> Payment:
    """Return a received payment of the charge."""
    payment = begun(charge)
    pays(payment)
    provider_calls.poll_payment(payment.pk)
    sweep()
    return Payment.objects.get(pk=payment.pk)


def sweep(now=None) -> None:
    """Run the jobs for due payments and cases: in tests no task is enqueued at the end of a transaction."""
    now = now or timezone.now()
    jobs.wake_due_payments(now)
    wake_due_cases(now)


def qr_account() -> PaymentSettings:
    """Configure the account to which QR-bills are paid."""
    commune = CommuneSettings.load()
    commune.street, commune.postcode, commune.town = "Place de l’Orme 2", "1188", "Orvenay"
    commune.save()
    own = PaymentSettings.load()
    own.creditor, own.creditor_iban = "Commune d’Orvenay", QR_IBAN
    own.save()
    return own
