"""A reader of the newsletter on a phone, from the sign-up to the end: every page fits and passes axe."""

import pytest
from django.urls import reverse

from newsletter.models import Subscriber
from newsletter.states import State
from tests.browser import assert_accessible, press
from tests.factories.newsletter import TopicFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_subscribes_confirms_chooses_leaves_and_is_forgotten(phone, site):
    TopicFactory(name="Chantiers")
    phone.goto(reverse("newsletter:subscribe"))
    assert_accessible(phone)
    press(phone.locator("main form .btn"))  # empty
    assert phone.locator("[aria-invalid=true]").first.is_visible()
    assert_accessible(phone)
    phone.fill("main [name=email]", "lea@example.org")
    phone.get_by_label("Chantiers").check()
    press(phone.locator("main form .btn"))
    assert_accessible(phone)
    reader = Subscriber.objects.get()

    phone.goto(reverse("newsletter:confirm", args=[reader.secret]))
    assert_accessible(phone)
    press(phone.locator("main form .btn"))
    assert_accessible(phone)
    reader.refresh_from_db()
    assert reader.state == State.CONFIRMED

    phone.goto(reverse("newsletter:preferences", args=[reader.secret]))
    assert_accessible(phone)
    phone.goto(reverse("newsletter:unsubscribe", args=[reader.secret]))
    assert_accessible(phone)
    press(phone.locator("main form .btn"))
    assert_accessible(phone)
    reader.refresh_from_db()
    assert reader.state == State.UNSUBSCRIBED
    phone.goto(reverse("newsletter:confirm", args=["unknown"]))
    assert_accessible(phone)
