"""Payment at the counter: a till per agent, closed at the end of the day."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eservices.cases.models import Role, Team
from eservices.deliveries.models import Delivery
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import refunds
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.contrib.counter import actions
from eservices.payments.models import JournalRow, Payment, Till
from eservices.payments.states import ChargeState
from home.localization.times import format_time
from tests.factories.cases import member
from tests.factories.payments import begun, due_charge, qr_account

pytestmark = pytest.mark.django_db


def test_agent_takes_a_payment_and_sends_a_receipt():
    charge = due_charge()
    begun(charge, "counter")  # chosen on the pay page
    agent = member(team=charge.case.team, roles=["agents", "cashiers"])
    actions.open_till(actor=agent, start=20000)

    payment = actions.take_payment(actor=agent, charge=charge, means="cash")

    charge.refresh_from_db()
    till = Till.objects.get()
    assert (charge.state, till.cash, till.expected_cash) == (ChargeState.PAID, 3000, 23000)
    assert Payment.objects.count() == 1
    assert JournalRow.objects.get().debit == ledger.ledger_accounts().cash
    assert Delivery.objects.for_subject(charge.case.subject).filter(title__contains=payment.receipt).exists()
    with pytest.raises(PaymentActionRefused):
        actions.take_payment(actor=agent, charge=charge, means="cash")
    assert list(ledger.ledger_errors()) == []


def test_till_is_required_and_limited_to_one_per_agent():
    charge, agent = due_charge(), member(roles=["agents", "cashiers"])
    with pytest.raises(PaymentActionRefused):
        actions.take_payment(actor=agent, charge=charge, means="cash")
    assert not Payment.objects.exists()
    actions.open_till(actor=agent, start=0)
    with pytest.raises(PaymentActionRefused):
        actions.open_till(actor=agent, start=0)


def test_refund_leaves_the_till_it_is_paid_from():
    charge, agent = due_charge(), member(roles=["agents", "cashiers"])
    actions.open_till(actor=agent, start=0)
    payment = actions.take_payment(actor=agent, charge=charge, means="terminal")
    refund = refunds.request_refund(
        actor=agent, allocation=payment.allocations.get(), amount=500, reason="Trop."
    )
    refund = provider_calls.run_refund(refund.pk)
    actions.pay_out_refund(actor=agent, refund=refund)
    assert (Till.objects.get().cash, Till.objects.get().terminal) == (0, 2500)
    with pytest.raises(PaymentActionRefused):
        actions.pay_out_refund(actor=agent, refund=refund)
    assert list(ledger.ledger_errors()) == []


def test_till_closing_books_a_difference_with_a_note():
    agent, charge = member(), due_charge()
    actions.open_till(actor=agent, start=10000)
    actions.take_payment(actor=agent, charge=charge, means="cash")
    with pytest.raises(PaymentActionRefused, match=r"CHF\xa0−1.– en espèces, CHF\xa00.– par carte"):
        actions.close_till(actor=agent, cash=12900, terminal=0)
    till = actions.close_till(actor=agent, cash=12900, terminal=0, note="Mal rendu.")
    assert (till.cash_difference, till.terminal_difference) == (-100, 0)
    own = ledger.ledger_accounts()
    row = JournalRow.objects.get(kind="difference")
    assert (row.debit, row.credit, row.amount) == (own.differences, own.cash, 100)
    assert ledger.account_balances(JournalRow.objects.all())["CHF"][own.cash] == 2900
    assert list(ledger.ledger_errors()) == []


def evening(client) -> tuple[Till, list[str]]:
    """Create a till with a cash and a card payment and a cash refund; return it with the receipts."""
    first, second = due_charge(), due_charge()
    agent = member(team=first.case.team, roles=["agents", "cashiers"])
    actions.open_till(actor=agent, start=10000)
    taken = [
        actions.take_payment(actor=agent, charge=first, means="cash"),
        actions.take_payment(actor=agent, charge=second, means="terminal"),
    ]
    refund = refunds.request_refund(
        actor=agent, allocation=taken[0].allocations.get(), amount=500, reason="Trop."
    )
    actions.pay_out_refund(actor=agent, refund=provider_calls.run_refund(refund.pk))
    client.force_login(agent)
    return Till.objects.get(agent=agent), [one.receipt for one in taken]


def test_till_page_shows_its_own_movements_only(client):
    _till, receipts = evening(client)
    other = member()
    actions.open_till(actor=other, start=0)
    elsewhere = actions.take_payment(actor=other, charge=due_charge(), means="cash")

    shown = client.get(reverse("money:till")).text

    assert [receipt in shown for receipt in receipts] == [True, True]
    assert "CHF\xa0−5.–" in shown
    assert elsewhere.receipt not in shown


def test_closed_till_links_to_its_sheet(client):
    till, receipts = evening(client)
    counted = {"till": till.pk, "cash": "124", "terminal": "30", "note": "Un franc de moins."}
    sheet = client.post(reverse("money:till"), counted, follow=True)
    assert sheet.redirect_chain[-1][0] == reverse("money:till_sheet", args=[till.pk])
    for said in (*receipts, "CHF\xa0124.–", "CHF\xa0−1.–", "Un franc de moins.", "data-print"):
        assert said in sheet.text
    case = till.payments.first().allocations.get().charge.case.reference
    # a link of the class "act" would not be printed
    assert f'<a href="{reverse("cases:case", args=[case])}">{case}</a>' in sheet.text
    assert reverse("money:till_sheet", args=[till.pk]) in client.get(reverse("money:till")).text


def test_till_sheet_is_for_its_agent_and_bookkeepers(client):
    till, _receipts = evening(client)
    url = reverse("money:till_sheet", args=[till.pk])
    client.force_login(member(team=Team.objects.get(key="habitants")))
    assert client.get(url).status_code == 404
    keeper = member()
    keeper.user_permissions.add(Permission.objects.get(codename="keep_books"))
    client.force_login(keeper)
    assert client.get(url).status_code == 200


def test_till_sheet_needs_constant_queries(client, django_assert_max_num_queries):
    till, _receipts = evening(client)
    url = reverse("money:till_sheet", args=[till.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    few = len(captured)
    for _number in range(4):
        actions.take_payment(actor=till.agent, charge=due_charge(), means="cash")
    client.get(url)  # the cache is filled again, because other services were published
    with django_assert_max_num_queries(few):
        client.get(url)


def test_till_is_opened_used_and_closed_by_its_views(client):
    charge = due_charge()
    agent = member(team=charge.case.team, roles=["agents", "cashiers"])
    client.force_login(agent)
    case_url = reverse("cases:case", args=[charge.case.reference])
    to_open = reverse("money:till_for", args=[charge.case.reference])
    assert to_open in client.get(case_url).text
    assert f'href="{case_url}#payment"' in client.get(to_open).text
    assert client.post(to_open, {"start": "beaucoup"}).status_code == 422
    assert client.post(to_open, {"start": "200"}).url == f"{case_url}#payment"
    opened = client.get(reverse("money:till")).text
    assert 'type="text" inputmode="decimal" name="cash"' in opened  # browsers refuse coins in a number field
    hour = format_time(timezone.localtime(Till.objects.get().opened_at))
    assert f" {hour} avec CHF\xa0200.–" in opened  # the usual format of hours
    take = reverse("money:charge", args=[charge.pk, "take"])
    assert take in client.get(case_url).content.decode()
    page = client.post(take, {"means": "cash"}, follow=True).content.decode()
    assert Payment.objects.get().receipt in page
    again = client.post(take, {"means": "cash"}, follow=True)
    assert again.redirect_chain == [(f"{case_url}#payment", 302)]
    assert "rien n’a été encaissé" in again.text
    count = {"till": Till.objects.get().pk, "cash": "230", "terminal": "0", "note": ""}
    assert "La caisse est comptée." in client.post(reverse("money:till"), count, follow=True).text
    assert "a déjà été comptée" in client.post(reverse("money:till"), count, follow=True).text
    client.post(to_open, {"start": "100"})
    assert (
        "a déjà été comptée" in client.post(reverse("money:till"), count, follow=True).text
    )  # another one is open
    assert "Votre caisse est déjà ouverte." in client.post(to_open, {"start": "100"}, follow=True).text
    assert Till.objects.get(closed_at=None).start == 10000


def test_bill_waits_for_no_provider_and_ends_when_paid(client):
    qr_account()
    charge, agent = due_charge(), member(roles=["agents", "cashiers"])
    begun(charge, "qrbill")
    client.force_login(agent)
    case_url = reverse("cases:case", args=[charge.case.reference])
    page = client.get(case_url).text
    assert "Pas encore payé" in page
    assert "attend le prestataire" not in page.lower()
    actions.open_till(actor=agent, start=0)
    actions.take_payment(actor=agent, charge=charge, means="cash")
    page = client.get(case_url).text
    assert Payment.objects.get(provider="counter").receipt in page
    assert "Pas encore payé" not in page


def test_payment_is_taken_by_agents_of_the_case_only(client):
    charge = due_charge()
    take = reverse("money:charge", args=[charge.pk, "take"])
    for agent in (member(Role.READ, charge.case.team), member(team=None, email="autre@orvenay.example")):
        agent.memberships.exclude(role=Role.READ).delete()
        client.force_login(agent)
        assert client.post(take, {"means": "cash"}).status_code == 404
    assert not Payment.objects.exists()
