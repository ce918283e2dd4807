"""Newsletter pages on a phone, from sign-up to unsubscribing: all fit and are accessible."""

import pytest
from django.urls import reverse

from newsletter.models import Subscriber
from newsletter.states import SubscriberState
from tests.factories.newsletter import TopicFactory
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")


def opened(phone, name: str, *args: str) -> None:
    phone.goto(reverse(f"newsletter:{name}", args=args))
    assert_accessible(phone)


def sent(phone) -> None:
    press(phone.locator("main form .btn"))
    assert_accessible(phone)


def test_subscriber_signs_up_confirms_and_unsubscribes(phone, site):
    TopicFactory(name="Chantiers")
    opened(phone, "subscribe")
    sent(phone)  # empty
    assert phone.locator("[aria-invalid=true]").first.is_visible()
    phone.fill("main [name=email]", "lea@example.org")
    phone.get_by_label("Chantiers").check()
    sent(phone)
    reader = Subscriber.objects.get()

    opened(phone, "confirm", reader.secret)
    sent(phone)
    reader.refresh_from_db()
    assert reader.state == SubscriberState.CONFIRMED

    opened(phone, "preferences", reader.secret)
    opened(phone, "unsubscribe", reader.secret)
    sent(phone)
    reader.refresh_from_db()
    assert reader.state == SubscriberState.UNSUBSCRIBED
    opened(phone, "confirm", "x" * 22)
