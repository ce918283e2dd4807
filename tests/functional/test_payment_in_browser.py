"""Payment page while a payment is pending: it shows the confirmation of the provider without a reload."""

import math
import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from eservices.cases.models import StatusLink
from eservices.payments import provider_calls
from eservices.payments.models import Payment
from tests.factories.payments import begun, due_charge, pays

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.database]
PROMISED = 2_000  # milliseconds from the provider's confirmation until the page shows it
ROOM = 4_000  # milliseconds that a busy machine may need to answer and draw
CONFIRMED = "Payé. Merci."


@pytest.fixture
def payment(site) -> Payment:
    return begun(due_charge())


@pytest.fixture
def page(visit, payment):
    """Open the page of a pending payment. Its clock runs and can be advanced."""
    page = visit(clock=True)
    page.goto(reverse("payments:pay", args=[payment.basket.secret]))
    expect(page.locator("[data-waits]")).to_be_visible()
    return page


def provider_confirms_payment(payment: Payment) -> None:
    """Record the payment as a signed call of the provider does, between two polls of the page."""
    pays(payment)
    provider_calls.poll_payment(payment.pk)


def is_a_look(call) -> bool:
    return call.url.endswith("/etat.json")


def hide(page, hidden: bool) -> None:
    """Make the tab hidden or visible."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_payment_page_shows_the_confirmation_after_a_long_wait(page, payment):
    page.clock.fast_forward("30:00")
    with page.expect_response(is_a_look):
        pass
    expect(page.get_by_role("heading", name=CONFIRMED)).to_have_count(0)
    provider_confirms_payment(payment)
    expect(page.get_by_role("heading", name=CONFIRMED)).to_be_visible(timeout=PROMISED + ROOM)
    expect(page.locator("[data-waits]")).to_have_count(0)


def test_hidden_payment_page_polls_rarely_and_when_shown_again(page, payment):
    with page.expect_response(is_a_look):
        hide(page, True)
    looks = []
    page.on("request", lambda call: looks.append(call) if is_a_look(call) else None)
    for _time in range(5):
        page.clock.run_for(PROMISED)
        page.wait_for_timeout(100)
    assert len(looks) <= 1
    provider_confirms_payment(payment)
    hide(page, False)
    expect(page.get_by_role("heading", name=CONFIRMED)).to_be_visible(timeout=ROOM)


def seconds_until_shown(page, payment: Payment) -> float:
    """Return the seconds from the provider's confirmation until the page shows it."""
    provider_confirms_payment(payment)
    said = time.monotonic()
    expect(page.get_by_role("heading", name=CONFIRMED)).to_be_visible(timeout=PROMISED + ROOM)
    return time.monotonic() - said


def test_payment_confirmation_is_shown_within_two_seconds(visit, payment):
    """Repeated if the machine was busy: the promise is not about that."""
    best = math.inf
    for one in (payment, *(begun(due_charge()) for _again in range(2))):
        page = visit()
        page.goto(reverse("payments:pay", args=[one.basket.secret]))
        expect(page.locator("[data-waits]")).to_be_visible()
        page.wait_for_timeout(700)  # it has polled once, without result
        best = min(best, seconds_until_shown(page, one))
        if best <= PROMISED / 1000:
            break
    assert best <= PROMISED / 1000


def test_status_page_of_the_request_follows_the_payment(visit, payment):
    charge = payment.basket.charges.get()
    page = visit()
    link = StatusLink.objects.create(case=charge.case, mailed=True)
    page.goto(reverse("space:status", args=[link.secret]))
    waiting = page.locator("[data-waits]")
    expect(waiting).to_contain_text("confirmé")
    provider_confirms_payment(payment)
    expect(waiting).to_have_count(0, timeout=PROMISED + ROOM)
