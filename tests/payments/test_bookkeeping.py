"""Refunds, unallocated payments, the journal and its closing, and the bookkeeping views."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from eservices.cases import actions as cases
from eservices.cases.models import Role, StatusLink
from eservices.cases.timeline import timeline_items
from eservices.deliveries.models import Delivery
from eservices.payments import jobs, ledger, provider_calls
from eservices.payments.actions import charges, payments, refunds, settlement
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.checks import check_payment_providers
from eservices.payments.models import (
    Basket,
    Charge,
    DayClosing,
    JournalRow,
    Payment,
    Refund,
    UnallocatedPayment,
)
from eservices.payments.providers import REFUND_FAILED, RefundStatus, payment_providers
from eservices.payments.states import ChargeState
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION, member
from tests.factories.payments import PAYMENT, begun, due_charge, paid, pays, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return member(roles=["cashiers"])


def expired_and_paid() -> UnallocatedPayment:
    charge = due_charge()
    payment = begun(charge)
    pays(payment)
    charges.process_due_charge(charge.pk, charge.expires_at)
    sweep()
    return UnallocatedPayment.objects.get()


def test_timeline_shows_amounts_and_receipts():
    charge = due_charge()
    payment = paid(charge)
    told = {line.what: line.detail.replace("\u00a0", " ") for line in timeline_items(charge.case)}
    assert "CHF 30.–" in told["Montant dû"]
    assert told["Paiement reçu"] == f"CHF 30.–, {payment.receipt}"


# -- Refunds -------------------------------------------------------------------------------------------------
def test_refund_is_booked_when_done_and_notifies_the_applicant():
    charge, staff = due_charge(), UserFactory()
    allocation = paid(charge).allocations.get()
    refund = refunds.request_refund(
        actor=staff, allocation=allocation, amount=1000, reason="Un seul exemplaire."
    )
    charge.refresh_from_db()
    assert charge.refunded == 0
    provider_calls.run_refund(refund.pk)
    provider_calls.run_refund(refund.pk)
    charge.refresh_from_db()
    assert (charge.refunded, charge.state) == (1000, ChargeState.PAID)
    assert Delivery.objects.for_subject(charge.case.subject).filter(title__contains="remboursés").count() == 1
    assert JournalRow.objects.filter(kind="refund").count() == 1
    assert list(ledger.ledger_errors()) == []


def test_refunds_never_exceed_the_payment():
    charge, staff = due_charge(), UserFactory()
    allocation = paid(charge).allocations.get()
    refunds.request_refund(actor=staff, allocation=allocation, amount=2500, reason="Trop.")
    for amount in (501, 3001, 0, -5):
        with pytest.raises(PaymentActionRefused):
            refunds.request_refund(actor=staff, allocation=allocation, amount=amount, reason="Encore.")
    with pytest.raises(PaymentActionRefused):
        refunds.request_refund(actor=staff, allocation=allocation, amount=100, reason=" ")
    assert Refund.objects.count() == 1


def test_case_page_suggests_a_refund_after_refusal(client):
    charge = due_charge(stages=[PAYMENT, DECISION])
    paid(charge)
    agent = member(team=charge.case.team)
    cases.refuse_case(actor=agent, case=charge.case, reason="Hors zone.")
    client.force_login(agent)
    url = reverse("cases:case", args=[charge.case.reference])
    assert "remboursez-le" in client.get(url).content.decode()
    allocation = charge.allocations.get()
    refund = reverse("money:refund", args=[allocation.pk])
    too_much = client.post(refund, {"amount": "99", "reason": "Refusé."})
    assert too_much.status_code == 409
    assert "Au plus CHF 30.00" in too_much.text
    assert 'value="Refusé."' in too_much.text
    assert "supérieur à zéro" in client.post(refund, {"amount": "0", "reason": "Refusé."}).text
    client.post(refund, {"amount": "30", "reason": "Refusé."})
    jobs.wake_due_payments(timezone.now())
    assert "remboursez-le" not in client.get(url).content.decode()
    payment, booked = JournalRow.objects.order_by("number")
    assert booked.text == payment.text  # the case, the receipt and the purpose
    client.force_login(member(Role.TREAT, charge.case.team))
    assert client.post(refund, {"amount": "1", "reason": "x"}).status_code == 404


# -- Unallocated payments ------------------------------------------------------------------------------------
def test_late_payment_is_allocated_by_a_person(client, clerk):
    kept = expired_and_paid()
    client.force_login(clerk)
    page = client.get(reverse("money:aside")).content.decode()
    charge = Charge.objects.get()
    assert charge.case.reference in page
    done = client.post(reverse("money:settle", args=[kept.pk, "count"]), {"charge": str(charge.pk)})
    assert done.status_code == 302
    charge.refresh_from_db()
    kept.refresh_from_db()
    assert (charge.state, kept.outcome, kept.resolved_by) == (ChargeState.PAID, "applied", clerk)
    sweep()
    charge.case.refresh_from_db()
    assert not charge.case.is_open
    with pytest.raises(PaymentActionRefused):
        settlement.allocate_to_charge(actor=clerk, unallocated=kept, charge=charge)
    assert list(ledger.ledger_errors()) == []


def test_unallocated_payment_is_refunded_or_booked_once(client, clerk):
    kept = expired_and_paid()
    client.force_login(clerk)
    client.post(reverse("money:settle", args=[kept.pk, "back"]), {"reason": "Payé trop tard."})
    assert list(ledger.ledger_errors()) == []  # requested, not done yet
    client.post(reverse("money:settle", args=[kept.pk, "back"]), {"reason": "Encore."})
    client.post(reverse("money:settle", args=[kept.pk, "book"]), {"account": "4210", "note": "Encore."})
    jobs.wake_due_payments(timezone.now())
    assert Refund.objects.get().state == "done"
    kept.refresh_from_db()
    assert (kept.outcome, bool(kept.resolved_at)) == ("refunded", True)
    assert list(ledger.ledger_errors()) == []

    charge = due_charge()
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=100, currency="CHF")
    other = UnallocatedPayment.objects.get(outcome="")
    client.post(reverse("money:settle", args=[other.pk, "book"]), {"account": "4900", "note": "Don."})
    assert ledger.account_balances(JournalRow.objects.all())["CHF"]["4900"] == -100
    assert list(ledger.ledger_errors()) == []


def test_partial_payment_is_allocated_and_the_rest_stays_due():
    charge = due_charge(stages=[PAYMENT, DECISION])
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=1000, currency="CHF")
    settlement.allocate_to_charge(
        actor=UserFactory(), unallocated=UnallocatedPayment.objects.get(), charge=charge
    )
    charge.refresh_from_db()
    assert (charge.state, charge.open_amount) == (ChargeState.OPEN, 2000)
    rest = paid(charge)
    charge.refresh_from_db()
    assert (rest.received, charge.state) == (2000, ChargeState.PAID)
    assert list(ledger.ledger_errors()) == []


# -- The journal ---------------------------------------------------------------------------------------------
def test_fee_lines_are_booked_to_their_accounts_with_tax():
    charge = due_charge(advanced=True)
    first = charge.lines[0]
    charge.lines = [
        first | {"total": 2000, "account": "4310", "vat": "8.1"},
        first | {"total": 1000, "account": "4210", "vat": "", "cost_centre": "1400"},
    ]
    charge.save()
    paid(charge)
    rows = JournalRow.objects.order_by("number").values_list("credit", "amount", "vat_amount", "cost_centre")
    assert list(rows) == [("4310", 2000, 150, first["cost_centre"]), ("4210", 1000, 0, "1400")]


def test_journal_uses_the_language_of_the_commune():
    charge = due_charge(language="de")
    charge.lines = [line | {"label": "Wohnsitzbestätigung"} for line in charge.lines]
    charge.save()
    paid(charge)
    assert JournalRow.objects.get().text.endswith("Attestation de domicile")


def test_journal_rows_cannot_be_changed_or_deleted():
    paid(due_charge())
    row = JournalRow.objects.get()
    row.amount = 1
    for change in (row.save, row.delete):
        with pytest.raises(TypeError):
            change()


def test_past_days_are_closed_once_and_changes_are_detected(time_machine):
    paid(due_charge())
    time_machine.move_to(timezone.now() + timedelta(days=1))
    jobs.close_days(timezone.now())
    jobs.close_days(timezone.now())
    paid(due_charge())
    [closing] = DayClosing.objects.all()
    assert closing.rows == 1
    call_command("verify_journal", stdout=StringIO())
    JournalRow.objects.filter(number=1).update(text="something else")
    with pytest.raises(CommandError):
        call_command("verify_journal", stderr=StringIO())


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: JournalRow.objects.filter(number=1).update(amount=2999),
        lambda: JournalRow.objects.all()._raw_delete("default"),
        lambda: Charge.objects.update(paid=2999),
        lambda: Payment.objects.update(received=1),
        lambda: JournalRow.objects.filter(number=1).update(credit="4999.00"),
        lambda: Payment.objects.update(receipt="Q-2026-00007"),
        lambda: UnallocatedPayment.objects.create(
            provider="demo", amount=5, currency="CHF", account="1", why=UnallocatedPayment.Why.LATE
        ),
    ],
)
def test_ledger_check_finds_every_difference(tamper):
    paid(due_charge())
    assert list(ledger.ledger_errors()) == []
    tamper()
    assert list(ledger.ledger_errors())


def test_bookkeeping_views_are_for_bookkeepers_only(client, clerk, django_assert_max_num_queries):
    paid(due_charge())
    expired_and_paid()
    payment_providers["demo"].payouts(timezone.localdate())
    urls = [reverse(f"money:{name}") for name in ("aside", "refunds", "journal", "payouts", "bank", "tills")]
    urls += [reverse("money:journal_csv", args=[kind]) for kind in ("rows", "accounts")]
    client.force_login(member())
    assert {client.get(url).status_code for url in urls} == {404}
    client.force_login(clerk)
    for url in urls:
        with django_assert_max_num_queries(25):
            page = client.get(url)
            content = b"".join(page) if page.streaming else page.content
        assert page.status_code == 200
    assert "1010.20" in content.decode()


def test_accounts_export_has_one_line_per_account(client, clerk):
    charge = due_charge()
    allocation = paid(charge).allocations.get()
    refund = refunds.request_refund(actor=clerk, allocation=allocation, amount=1050, reason="Trop.")
    provider_calls.run_refund(refund.pk)
    client.force_login(clerk)
    sent = b"".join(client.get(reverse("money:journal_csv", args=["accounts"]))).decode("utf-8-sig")
    lines = [line.split(";") for line in sent.splitlines()]
    assert lines[0] == ["Monnaie", "Compte", "Débit", "Crédit", "Solde"]
    assert sorted(lines[1:]) == sorted(
        [
            ["CHF", ledger.ledger_accounts().online, "30,00", "10,50", "19,50"],
            ["CHF", charge.lines[0]["account"], "10,50", "30,00", "-19,50"],
        ]
    )


def test_exports_are_named_by_their_content(client, clerk):
    client.force_login(clerk)
    for kind, name in (("accounts", "comptes"), ("rows", "journal")):
        answer = client.get(reverse("money:journal_csv", args=[kind]), {"month": "2026-11"})
        assert answer["Content-Disposition"] == f'attachment; filename="{name}-2026-11.csv"'


def test_export_contains_no_formula(client, clerk):
    charge = due_charge()
    charge.lines = [charge.lines[0] | {"account": "=1+1"}]
    charge.save()
    paid(charge)
    client.force_login(clerk)
    month = timezone.localdate().strftime("%Y-%m")
    rows = b"".join(client.get(reverse("money:journal_csv", args=["rows"]), {"month": month})).decode()
    assert "'=1+1" in rows
    assert "30,00" in rows


@pytest.mark.parametrize(
    ("language", "first", "kind"), [("fr", "Numéro;Jour;", ";paiement;"), ("de", "Nummer;Tag;", ";Zahlung;")]
)
def test_journal_export_uses_the_language_of_the_user(client, clerk, language, first, kind):
    paid(due_charge())
    UserProfile.objects.create(user=clerk, preferred_language=language)
    client.force_login(clerk)
    header, row, *_rest = (
        b"".join(client.get(reverse("money:journal_csv", args=["rows"]))).decode("utf-8-sig").splitlines()
    )
    assert header.startswith(first)
    assert kind in row


# -- Account -------------------------------------------------------------------------------------------------
def test_person_pays_all_charges_at_once(client):
    first, second = due_charge(stages=[PAYMENT, DECISION]), due_charge(stages=[PAYMENT, DECISION])
    elodie = UserFactory(email="elodie@courriel.example")
    for charge in (first, second):
        type(charge.case.submission).objects.filter(pk=charge.case.submission_id).update(user=elodie)
    client.force_login(elodie)
    home = client.get(reverse("space:home")).content.decode()
    assert "Payer CHF\N{NO-BREAK SPACE}60.– en une fois" in home
    there = client.post(reverse("space:pay"))
    page = client.get(there.url).content.decode()
    assert first.case.reference in page
    assert second.case.reference in page
    stranger = UserFactory()
    client.force_login(stranger)
    refused = client.post(reverse("space:pay"), follow=True)
    assert refused.redirect_chain == [(reverse("space:home"), 302)]
    assert '<p class="msg t4" role="alert">' in refused.text  # without a success icon


def test_anonymous_visitor_is_sent_to_the_sign_in(client):
    due_charge(stages=[PAYMENT, DECISION])
    before = Basket.objects.count()
    there = client.post(reverse("space:pay"))
    assert there.status_code == 302
    assert reverse("account_login") in there.url
    assert Basket.objects.count() == before


def test_basket_link_is_paid_without_signing_in(client):
    both = [due_charge(stages=[PAYMENT, DECISION]) for _request in range(2)]
    basket = charges.create_basket(actor=None, charges=both)
    url = reverse("payments:pay", args=[basket.secret])
    page = client.get(url).text
    assert "Payer CHF\N{NO-BREAK SPACE}60.–" in page
    assert all(charge.case.reference in page for charge in both)
    away = client.post(url, {"provider": "demo"})
    client.post(away.url, {"do": "pay"})
    payment = Payment.objects.get(basket=basket)
    back = client.get(reverse("payments:back", args=[basket.secret, payment.pk]), follow=True).text
    assert "Payé. Merci." in back
    payment.refresh_from_db()
    assert payment.receipt in back
    assert client.get(reverse("payments:receipt", args=[basket.secret, payment.pk])).status_code == 200
    assert {charge.state for charge in basket.charges.all()} == {ChargeState.PAID}
    assert list(ledger.ledger_errors()) == []


def test_status_link_hides_other_cases_of_the_basket(client):
    one, other = [due_charge(stages=[PAYMENT, DECISION]) for _request in range(2)]
    basket = charges.create_basket(actor=None, charges=[one, other])
    client.post(reverse("payments:pay", args=[basket.secret]), {"provider": "demo"})
    link = StatusLink.objects.create(case=one.case, mailed=True)
    for page in (
        client.get(reverse("space:status", args=[link.secret])).text,
        client.get(reverse("payments:pay", args=[one.basket.secret])).text,
    ):
        assert basket.secret not in page
        assert other.case.reference not in page
    assert (
        client.get(reverse("payments:state", args=[one.basket.secret, Payment.objects.get().pk])).status_code
        == 404
    )


# -- System checks -------------------------------------------------------------------------------------------
def test_system_check_refuses_unsafe_payment_providers(settings):
    settings.PAYMENT_PROVIDERS, settings.STRIPE_SECRET_KEY = ["demo", "bitcoin", "counter"], "sk_live_x"
    assert [error.id for error in check_payment_providers(None)] == [
        "payments.E001",
        "payments.E002",
        "payments.E003",
    ]
    settings.PAYMENT_PROVIDERS, settings.STRIPE_SECRET_KEY = ["counter", "qrbill"], ""
    assert check_payment_providers(None) == []


# -- Input, and what must not be lost --------------------------------------------------------------------------
def test_unallocated_payment_is_not_allocated_to_a_waived_charge(client, clerk):
    charge = due_charge(stages=[PAYMENT, DECISION])
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=1000, currency="CHF")
    kept = UnallocatedPayment.objects.get()
    count = reverse("money:settle", args=[kept.pk, "count"])
    client.force_login(clerk)
    assert count in client.get(reverse("money:aside")).content.decode()
    charges.waive_charge(actor=clerk, charge=charge, reason="Dispensée.")
    assert count not in client.get(reverse("money:aside")).content.decode()
    said = client.post(count, {"charge": str(charge.pk)}, follow=True).content.decode()
    assert "n’est plus dû" in said or "plus rien" in said.lower()
    charge.refresh_from_db()
    kept.refresh_from_db()
    assert (charge.state, charge.paid, kept.outcome) == (ChargeState.WAIVED, 0, "")


@pytest.mark.parametrize("charge", ["", "no number", "00000000-0000-0000-0000-000000000000"])
def test_unallocated_payment_is_allocated_to_its_charge_only(client, clerk, charge):
    kept, other = expired_and_paid(), due_charge()
    client.force_login(clerk)
    for named in (charge, str(other.pk)):
        assert (
            client.post(reverse("money:settle", args=[kept.pk, "count"]), {"charge": named}).status_code
            == 302
        )
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.outcome, other.paid) == ("", 0)


def test_unallocated_payment_is_not_booked_to_its_own_account(client, clerk):
    kept = expired_and_paid()
    client.force_login(clerk)
    book = reverse("money:settle", args=[kept.pk, "book"])
    said = client.post(book, {"account": ledger.ledger_accounts().aside, "note": "Réglé."})
    assert said.status_code == 409
    assert "se trouve déjà sur ce compte" in said.text
    assert 'value="Réglé."' in said.text
    kept.refresh_from_db()
    assert (kept.outcome, kept.resolved_at) == ("", None)
    assert list(ledger.ledger_errors()) == []


def test_failed_refund_stays_on_top_until_it_is_settled(client, clerk):
    kept = expired_and_paid()
    refund = refunds.refund_unallocated(actor=clerk, unallocated=kept, reason="Trop tard.")
    refunds.save_refund_answer(refund=refund, answer=RefundStatus(REFUND_FAILED, reason="closed"))
    UnallocatedPayment.objects.filter(pk=kept.pk).update(at=timezone.now() - timedelta(days=700))
    settled = {"why": "late", "outcome": "kept", "resolved_at": timezone.now()}
    for _time in range(60):
        UnallocatedPayment.objects.create(provider="demo", amount=5, currency="CHF", account="1", **settled)
    client.force_login(clerk)
    assert (
        reverse("money:refund_deed", args=[refund.pk, "bank"])
        in client.get(reverse("money:aside")).content.decode()
    )


def test_partial_payment_of_a_refused_case_is_refundable():
    charge = due_charge(stages=[PAYMENT, DECISION])
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=1000, currency="CHF")
    settlement.allocate_to_charge(
        actor=UserFactory(), unallocated=UnallocatedPayment.objects.get(), charge=charge
    )
    cases.refuse_case(actor=member(team=charge.case.team), case=charge.case, reason="Hors zone.")
    letters = Delivery.objects.for_subject(charge.case.subject)
    before = letters.count()
    charges.process_due_charge(charge.pk, charge.remind_at)
    jobs.process_due_charges(timezone.now())
    charge.refresh_from_db()
    assert (charge.state, charge.paid, letters.count()) == (ChargeState.CANCELLED, 1000, before)
    allocation = charge.allocations.get()
    refunds.request_refund(actor=UserFactory(), allocation=allocation, amount=1000, reason="Refusé.")
    assert list(ledger.ledger_errors()) == []


@pytest.mark.parametrize("month", ["", "2026-13", "x\r\ny: z", '";x', "2026-11"])
def test_export_accepts_any_month(client, clerk, month):
    paid(due_charge())
    client.force_login(clerk)
    answer = client.get(reverse("money:journal_csv", args=["rows"]), {"month": month})
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="journal-[\d-]+\.csv"', answer["Content-Disposition"])


@pytest.mark.parametrize(
    ("until", "status"), [("0001-01-01", 409), ("9999-12-31", 302), ("2026-02-30", 422), ("", 422)]
)
def test_deadline_extension_is_accepted_or_refused(client, until, status):
    charge = due_charge()
    client.force_login(member(team=charge.case.team))
    answer = client.post(reverse("money:charge", args=[charge.pk, "extend"]), {"until": until})
    assert answer.status_code == status


@pytest.mark.parametrize("do", ["waive", "refund", "back", "book"])
def test_refused_money_form_keeps_its_input(client, clerk, do):
    kept = expired_and_paid()
    charge = due_charge()
    allocation = paid(due_charge()).allocations.get()
    url, typed = {
        "waive": (reverse("money:charge", args=[charge.pk, "waive"]), {"reason": "x" * 256}),
        "refund": (reverse("money:refund", args=[allocation.pk]), {"amount": "dix", "reason": "x" * 40}),
        "back": (reverse("money:settle", args=[kept.pk, "back"]), {"reason": "x" * 256}),
        "book": (reverse("money:settle", args=[kept.pk, "book"]), {"account": "?", "note": "x" * 40}),
    }[do]
    client.force_login(clerk)
    page = client.post(url, typed)
    assert page.status_code == 422
    for words in typed.values():
        assert f'value="{words}"' in page.text
    assert 'aria-invalid="true"' in page.text
    again = client.post(url, {"reason": "Payé deux fois.", "amount": "10", "account": "4900", "note": "Don."})
    assert again.status_code == 302


def test_partial_allocation_shows_the_open_amount(client, clerk):
    charge = due_charge(stages=[PAYMENT, DECISION])
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=1000, currency="CHF")
    client.force_login(clerk)
    count = reverse("money:settle", args=[UnallocatedPayment.objects.get().pk, "count"])
    said = client.post(count, {"charge": str(charge.pk)}, follow=True).text.replace("\u00a0", " ")
    assert "CHF 20.– est encore dû." in said
    assert "Le dossier continue." not in said
