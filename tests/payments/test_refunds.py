"""Refunds that a provider fails or leaves pending, and who may complete them by hand."""

import pytest
from django.urls import reverse

from eservices.cases.models import Role
from eservices.deliveries.models import Delivery
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges, payments, refunds
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.contrib.counter import actions as counter
from eservices.payments.contrib.stripe import provider as stripe_provider
from eservices.payments.models import Charge, JournalRow, Refund, Till, UnallocatedPayment
from eservices.payments.states import RefundState
from tests.factories.accounts import AgentFactory, UserFactory
from tests.factories.cases import member
from tests.factories.payments import begun, due_charge
from tests.payments import stripe_double

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(monkeypatch) -> stripe_double.Stripe:
    double = stripe_double.Stripe()
    monkeypatch.setattr(stripe_provider, "stripe_client", lambda: stripe_double.client(double))
    return double


def asked(theirs, answer: str, amount: int = 1000, **more) -> Refund:
    """Create a refund of a card payment, to which Stripe answers with this status."""
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    provider_calls.poll_payment(payment.pk)
    theirs.refunding = answer
    allocation = payment.allocations.get()
    refund = refunds.request_refund(
        actor=UserFactory(), allocation=allocation, amount=amount, reason="Trop perçu.", **more
    )
    return provider_calls.run_refund(refund.pk)


def of_the_counter(amount: int = 500, **more) -> Refund:
    """Create a refund of a cash payment, which waits for an agent with a till."""
    charge = due_charge()
    payment = begun(charge, "counter")
    payments.record_receipt(actor=None, payment=payment, amount=3000, currency="CHF")
    allocation = charge.allocations.get()
    refund = refunds.request_refund(
        actor=UserFactory(), allocation=allocation, amount=amount, reason="Trop perçu.", **more
    )
    return provider_calls.run_refund(refund.pk)


def emails_about_refund(charge: Charge) -> int:
    """Return the number of e-mails to the applicant about a refund."""
    return Delivery.objects.for_subject(charge.case.subject).filter(title__contains="remboursés").count()


def last_letter() -> str:
    return Delivery.objects.filter(title__contains="remboursés").order_by("-created_at")[0].payload["text"]


def refunded() -> int:
    return Charge.objects.get().refunded


def post_refund_action(refund: Refund, do: str) -> str:
    return reverse("money:refund_deed", args=[refund.pk, do])


def fresh(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def test_announced_refund_sends_an_email_only_if_paid_by_hand(theirs):
    by_itself = asked(theirs, "succeeded", announced=True)
    assert (by_itself.state, emails_about_refund(by_itself.allocation.charge)) == (RefundState.DONE, 0)
    by_hand = of_the_counter(announced=True)
    assert emails_about_refund(by_hand.allocation.charge) == 0
    agent = member()
    counter.open_till(actor=agent, start=10000)
    counter.pay_out_refund(actor=agent, refund=by_hand)
    assert emails_about_refund(by_hand.allocation.charge) == 1
    assert "rendu en espèces, au guichet" in last_letter()
    assert "quelques jours" not in last_letter()


# -- Answers of the provider ---------------------------------------------------------------------------------
def test_pending_refund_is_polled_until_it_is_done(theirs):
    refund = asked(theirs, "pending")
    assert (refund.state, refund.external_id, bool(refund.due_at)) == (RefundState.PENDING, "re_1", True)
    assert (refunded(), emails_about_refund(Charge.objects.get())) == (0, 0)
    with pytest.raises(PaymentActionRefused):  # or it would be refunded twice
        refunds.complete_by_hand(actor=member(), refund=refund)

    theirs.answer_refund("re_1", "succeeded")
    refund = provider_calls.run_refund(refund.pk)
    assert (refund.state, refund.due_at) == (RefundState.DONE, None)
    assert (refunded(), emails_about_refund(Charge.objects.get()), len(theirs.refunds)) == (1000, 1, 1)
    assert list(ledger.ledger_errors()) == []


def fails_at_once(theirs) -> Refund:
    return asked(theirs, "failed")


def fails_later(theirs) -> Refund:
    refund = asked(theirs, "pending")
    theirs.answer_refund(refund.external_id, "failed")
    return provider_calls.run_refund(refund.pk)


def is_refused(theirs) -> Refund:
    return asked(theirs, "refused")


@pytest.mark.parametrize(
    ("fails", "why"),
    [
        (fails_at_once, "expired_or_canceled_card"),
        (fails_later, "expired_or_canceled_card"),
        (is_refused, "greater than unrefunded amount"),
    ],
)
def test_failed_refund_is_booked_once_when_transferred(theirs, fails, why):
    refund = fails(theirs)
    assert (refund.state, refund.due_at, why in refund.fault) == (RefundState.FAILED, None, True)
    assert (refunded(), emails_about_refund(Charge.objects.get())) == (0, 0)
    assert not JournalRow.objects.filter(kind="refund").exists()

    refunds.complete_by_hand(actor=member(), refund=refund)
    done, row = fresh(refund), JournalRow.objects.get(kind="refund")
    assert (done.state, done.account, done.fault) == (RefundState.DONE, ledger.ledger_accounts().bank, "")
    assert (row.credit, row.amount) == (ledger.ledger_accounts().bank, 1000)
    assert (refunded(), emails_about_refund(Charge.objects.get())) == (1000, 1)
    assert "sur votre compte bancaire" in last_letter()
    with pytest.raises(PaymentActionRefused):
        refunds.complete_by_hand(actor=member(), refund=refund)
    calls = len(theirs.calls)
    assert provider_calls.run_refund(refund.pk) is None
    assert len(theirs.calls) == calls
    assert list(ledger.ledger_errors()) == []


def test_failed_refund_paid_another_way_is_not_completed(theirs):
    failed = asked(theirs, "failed", amount=3000)
    theirs.refunding = "succeeded"
    again = refunds.request_refund(
        actor=member(), allocation=failed.allocation, amount=2500, reason="Encore."
    )
    provider_calls.run_refund(again.pk)
    with pytest.raises(PaymentActionRefused, match=r"5\.00"):
        refunds.complete_by_hand(actor=member(), refund=failed)
    assert (refunded(), fresh(failed).state) == (2500, RefundState.FAILED)
    assert list(ledger.ledger_errors()) == []


# -- Completion by hand --------------------------------------------------------------------------------------
def test_bookkeeper_completes_a_refund_by_bank_transfer(client, theirs):
    refund = asked(theirs, "failed")
    case = refund.allocation.charge.case
    screen = reverse("cases:case", args=[case.reference])
    client.force_login(member(Role.READ, case.team, roles=["cashiers"]))
    page = client.get(screen).content.decode()
    assert "expired_or_canceled_card" in page
    assert post_refund_action(refund, "bank") in page
    assert post_refund_action(refund, "till") not in page
    said = client.post(post_refund_action(refund, "bank"), follow=True).content.decode()
    assert "viré de la banque." in said
    assert post_refund_action(refund, "bank") not in said
    assert fresh(refund).state == RefundState.DONE
    assert "déjà fait" in client.post(post_refund_action(refund, "bank"), follow=True).content.decode()
    assert refunded() == 1000


def test_agent_of_the_case_pays_a_refund_from_their_till(client):
    refund = of_the_counter()
    case = refund.allocation.charge.case
    status = reverse("space:status", args=[case.links.get(mailed=False).secret])
    assert "Remboursé le " not in client.get(status).text
    agent = member(Role.TREAT, case.team, roles=["agents", "cashiers"])
    client.force_login(agent)
    assert "Ouvrez" in client.post(post_refund_action(refund, "till"), follow=True).content.decode()
    assert fresh(refund).state == RefundState.PENDING
    counter.open_till(actor=agent, start=10000)
    page = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert post_refund_action(refund, "till") in page
    for _press in range(2):
        client.post(post_refund_action(refund, "till"))
    assert (fresh(refund).state, refunded(), Till.objects.get().cash) == (RefundState.DONE, 500, -500)
    assert list(ledger.ledger_errors()) == []
    client.logout()
    assert "CHF\xa05.–<br>" in client.get(status).text.partition("Remboursé le ")[2]


def test_cash_refund_waits_for_the_agent_at_once(client, django_capture_on_commit_callbacks):
    charge = due_charge()
    payments.record_receipt(actor=None, payment=begun(charge, "counter"), amount=3000, currency="CHF")
    agent = member(Role.DECIDE, charge.case.team, roles=["agents", "cashiers"])
    counter.open_till(actor=agent, start=5000)
    client.force_login(agent)
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse("money:refund", args=[charge.allocations.get().pk])
        answer = client.post(url, {"amount": "5.00", "reason": "Trop perçu."})
    shown = client.get(answer.url).text
    assert reverse("money:refund_deed", args=[Refund.objects.get().pk, "till"]) in shown
    assert "Rendez l’argent" in shown
    assert "en route" not in shown


def test_card_refund_never_leaves_a_till(client, theirs):
    refund = asked(theirs, "failed")
    agent = member(team=refund.allocation.charge.case.team, roles=["agents", "cashiers"])
    counter.open_till(actor=agent, start=10000)
    client.force_login(agent)
    client.post(post_refund_action(refund, "till"))
    assert (fresh(refund).state, Till.objects.get().cash) == (RefundState.FAILED, 0)


def test_refund_is_not_found_without_the_right(client):
    refund = of_the_counter()
    team = refund.allocation.charge.case.team
    nobody = {"till": 404, "bank": 404}
    for agent, found in (
        (member(Role.READ, team), nobody),
        (AgentFactory(), nobody),  # in no team
        (AgentFactory(roles=["cashiers"]), {"till": 404, "elsewhere": 404}),  # treats no case
        (member(Role.CONFIGURE, team, roles=["agents", "leads"]), nobody | {"elsewhere": 404}),  # no cashier
    ):
        client.force_login(agent)
        for do, status in found.items():
            assert client.post(post_refund_action(refund, do)).status_code == status
    assert client.get(post_refund_action(refund, "till")).status_code == 405
    for outsider in (None, UserFactory()):
        client.logout()
        if outsider:
            client.force_login(outsider)
        assert reverse("wagtailadmin_login") in client.post(post_refund_action(refund, "bank")).url
    assert (fresh(refund).state, refunded()) == (RefundState.PENDING, 0)


def test_unallocated_payment_is_refunded_by_bookkeepers(client):
    charge = due_charge()
    payment = begun(charge, "counter")
    charges.process_due_charge(charge.pk, charge.expires_at)
    payments.record_receipt(actor=None, payment=payment, amount=3000, currency="CHF")
    keeper = member(roles=["cashiers"])
    refund = refunds.refund_unallocated(
        actor=keeper, unallocated=UnallocatedPayment.objects.get(), reason="Trop tard."
    )
    provider_calls.run_refund(refund.pk)

    client.force_login(member())
    assert {client.post(post_refund_action(refund, do)).status_code for do in ("till", "bank")} == {404}
    assert UnallocatedPayment.objects.get().resolved_at is None
    client.force_login(keeper)
    assert post_refund_action(refund, "bank") in client.get(reverse("money:aside")).content.decode()
    assert client.post(post_refund_action(refund, "bank")).url == reverse("money:aside")
    assert fresh(refund).state == RefundState.DONE
    assert UnallocatedPayment.objects.get().resolved_at
    assert ledger.account_balances(JournalRow.objects.all())["CHF"][ledger.ledger_accounts().bank] == -3000
    assert list(ledger.ledger_errors()) == []
