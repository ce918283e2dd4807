"""Pages that are not for everybody: where one signs in, and where one types a password."""

import pytest
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.factories import home as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    make.CommuneSettingsFactory()
    return make.ContentPageFactory(parent=make.make_site(), title="Procès-verbaux internes", lead="Secret.")


def test_who_is_not_signed_in_signs_in_at_the_counter_and_comes_back(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(page.url).url == f"{reverse('account_login')}?next={page.url}"
    assert client.get("/_util/login/").status_code == 404, "without limits, and without a second factor"
    client.force_login(UserFactory())
    assert "Secret." in client.get(page.url).text


def test_a_password_opens_a_page_that_asks_for_one(client, page):
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="lac-2026"
    )
    asked = client.get(page.url)
    action, sent = asked.context["action_url"], {"return_url": page.url}
    assert "Secret." not in asked.text
    assert client.post(action, sent | {"password": "faux"}).context["form"].errors
    assert client.post(action, sent | {"password": "lac-2026"}).url == page.url
    assert "Secret." in client.get(page.url).text


def test_who_guesses_a_password_waits(client, page):
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="lac-2026"
    )
    action = client.get(page.url).context["action_url"]
    answers = [client.post(action, {"return_url": page.url, "password": "faux"}) for _guess in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
