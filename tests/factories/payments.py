"""What is due and how it was paid: ``due_case()``, ``paid(charge)``, ``entry("macaron-an", 24000)``."""

from datetime import date

from django.utils import timezone

from eservices.cases.sweeps import wake_due_cases
from eservices.payments import carrying, sweeps
from eservices.payments.actions import paying
from eservices.payments.contrib.demo.models import DemoPayment
from eservices.payments.contrib.demo.provider import pay
from eservices.payments.models import Charge, FeeEntry, FeePrice, Payment, PaymentSettings
from eservices.payments.providers import providers
from home.models import CommuneSettings
from tests.factories.cases import CaseFactory

PAYMENT = {"key": "paiement", "type": "payment", "settings": {"format": 1, "days": 30, "remind_after": 14}}
QR_IBAN = "CH4431999123000889012"  # the example of the Swiss standard


def entry(key: str = "attestation", *amounts: int, vat: str = "", **fields) -> FeeEntry:
    """An entry of the fee schedule; each amount holds from the first of January of 2020, 2021, …"""
    made = FeeEntry.objects.create(key=key, name=key.capitalize(), **{"account": "4310.00"} | fields)
    for year, amount in enumerate(amounts or (1500,), 2020):
        FeePrice.objects.create(entry=made, valid_from=date(year, 1, 1), amount=amount, vat=vat)
    return made


def due_charge(*, stages=None, **fields) -> Charge:
    """What a case of the certificate owes: two copies at CHF 15."""
    return CaseFactory(stages=stages or [PAYMENT], **fields).charges.get()


def begun(charge: Charge, provider: str = "demo") -> Payment:
    """A payment of the charge, open at its provider."""
    payment = paying.begin(actor=None, basket=charge.basket, provider=providers[provider], language="fr")
    return carrying.start(payment)


def pays(payment: Payment) -> None:
    """What the person does at the demo provider; we have not heard of it yet."""
    pay(DemoPayment.objects.get(pk=payment.pk))


def paid(charge: Charge) -> Payment:
    """A payment of the charge that has been received."""
    payment = begun(charge)
    pays(payment)
    carrying.check(payment.pk)
    sweep()
    return Payment.objects.get(pk=payment.pk)


def sweep(now=None) -> None:
    """What the scheduler would do next: wake-ups at the end of a transaction do not come in tests."""
    now = now or timezone.now()
    sweeps.ask_providers(now)
    wake_due_cases(now)


def qr_account() -> PaymentSettings:
    """Where QR-bills are paid to."""
    commune = CommuneSettings.load()
    commune.street, commune.postcode, commune.town = "Place de l’Orme 2", "1188", "Orvenay"
    commune.save()
    own = PaymentSettings.load()
    own.creditor, own.creditor_iban = "Commune d’Orvenay", QR_IBAN
    own.save()
    return own
