"""Changes of the QR-bills' bank account: by administrators, reported to all of them, effective a day later."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from eservices.cases.models import Role
from eservices.deliveries.models import Delivery
from eservices.payments import jobs
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.contrib.qrbill import account_changes
from eservices.payments.contrib.qrbill.bill_pdf import payment_part_svg
from eservices.payments.models import AccountChange, PaymentSettings
from tests.factories.accounts import SuperuserFactory
from tests.factories.cases import member
from tests.factories.payments import QR_IBAN, begun, due_charge, qr_account

pytestmark = pytest.mark.django_db

URL = reverse("money:account")


def new_iban() -> str:
    """Return a QR-IBAN of another account at the same bank."""
    from stdnum import iban

    body = QR_IBAN[4:-1] + ("1" if QR_IBAN[-1] != "1" else "2")
    check = iban.calc_check_digits(f"CH00{body}")
    return f"CH{check}{body}"


@pytest.fixture
def boss(client):
    qr_account()
    boss = SuperuserFactory(email="greffe@orvenay.example")
    client.force_login(boss)
    return boss


def emails_by_address() -> dict[str, int]:
    """Return the number of e-mails about the account by address."""
    found = list(Delivery.objects.filter(subject__startswith="account:").values_list("recipient", flat=True))
    return {one: found.count(one) for one in found}


def test_account_change_waits_a_day_and_alerts_administrators(client, boss):
    other, now = SuperuserFactory(email="syndic@orvenay.example"), timezone.now()
    wanted = {"creditor": "Commune d’Orvenay", "iban": new_iban()}
    assert client.post(URL, wanted).status_code == 302
    assert emails_by_address() == {boss.email: 1, other.email: 1}
    text = Delivery.objects.get(recipient=other.email).payload["text"]
    assert all(said in text for said in (QR_IBAN, new_iban(), str(boss), "26.11.2026"))
    jobs.change_account(now + timedelta(hours=23))
    assert PaymentSettings.load().creditor_iban == QR_IBAN
    jobs.change_account(now + timedelta(hours=25))
    assert PaymentSettings.load().creditor_iban == new_iban()
    assert emails_by_address() == {boss.email: 2, other.email: 2}
    done = list(
        ModelLogEntry.objects.filter(action=account_changes.LOGGED)
        .order_by("pk")
        .values_list("data", flat=True)
    )
    assert [(one["what"], one["from"], one["to"]) for one in done] == [
        ("asked", QR_IBAN, new_iban()),
        ("done", QR_IBAN, new_iban()),
    ]


def test_bills_printed_before_the_change_use_the_old_account(boss):
    payment = begun(due_charge(), "qrbill")
    account_changes.ask(actor=boss, creditor="Commune", iban=new_iban())
    grouped = " ".join(QR_IBAN[at : at + 4] for at in range(0, len(QR_IBAN), 4))
    assert grouped in payment_part_svg(payment, "ORV-26-1")
    jobs.change_account(timezone.now() + timedelta(days=2))
    assert grouped not in payment_part_svg(payment, "ORV-26-1")


def test_account_change_is_cancelled_by_another_administrator(client, boss):
    other = SuperuserFactory()
    change = account_changes.ask(actor=other, creditor="Commune", iban=new_iban())
    client.post(reverse("money:account_cancel", args=[change.pk]))
    jobs.change_account(timezone.now() + timedelta(days=2))
    assert PaymentSettings.load().creditor_iban == QR_IBAN
    assert AccountChange.objects.get().cancelled_by == boss
    assert emails_by_address() == {boss.email: 2, other.email: 2}
    with pytest.raises(PaymentActionRefused):
        account_changes.cancel(actor=boss, change=change)
    page = client.get(URL).text
    assert f"annulé le 25.11.2026 par {boss}" in page


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("CH93 0076 2011 6238 5295 7", "30000"), (QR_IBAN, "déjà"), ("", ""), ("x\0", "")],
    ids=["no QR-IBAN", "the same", "nothing", "no text"],
)
def test_invalid_account_is_refused_with_an_error(client, boss, typed, fault):
    answer = client.post(URL, {"creditor": "Commune d’Orvenay", "iban": typed})
    assert answer.status_code == 422
    assert fault in answer.text
    assert not AccountChange.objects.exists()


def test_only_one_account_change_waits_at_a_time(boss):
    account_changes.ask(actor=boss, creditor="Commune", iban=new_iban())
    with pytest.raises(PaymentActionRefused):
        account_changes.ask(actor=boss, creditor="Autre", iban=new_iban())


def test_account_is_changed_by_administrators_only(client):
    own = qr_account()
    change = account_changes.ask(actor=SuperuserFactory(), creditor="Commune", iban=new_iban())
    for roles in (["cashiers"], ["leads", "agents"], ["moderators"]):
        client.force_login(member(Role.CONFIGURE, roles=roles))
        assert client.get(URL).status_code == client.post(URL, {"iban": new_iban()}).status_code == 404
        assert client.post(reverse("money:account_cancel", args=[change.pk])).status_code == 404
    client.force_login(member(roles=["cashiers"]))
    settings = reverse("wagtailsettings:edit", args=["eservices_payments", "paymentsettings", own.pk])
    form = client.get(settings).context["form"]
    assert not {"creditor", "creditor_iban"}.intersection(form.fields)
    client.post(settings, form.initial | {"creditor_iban": new_iban(), "receipt_prefix": "R"})
    own.refresh_from_db()
    assert (own.receipt_prefix, own.creditor_iban) == ("R", QR_IBAN)
