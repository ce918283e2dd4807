"""Restricted pages, by sign-in and by password."""

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


def test_login_restricted_page_redirects_to_account_and_back(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(page.url).url == f"{reverse('account_login')}?next={page.url}"
    assert client.get("/_util/login/").status_code == 404, "without limits, and without a second factor"
    client.force_login(UserFactory())
    assert "Secret." in client.get(page.url).text


def test_password_opens_restricted_page(client, page):
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="lac-2026"
    )
    asked = client.get(page.url)
    action, sent = asked.context["action_url"], {"return_url": page.url}
    assert "Secret." not in asked.text
    assert client.post(action, sent | {"password": "faux"}).context["form"].errors
    assert client.post(action, sent | {"password": "lac-2026"}).url == page.url
    assert "Secret." in client.get(page.url).text


def test_password_guesses_are_rate_limited(client, page):
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="lac-2026"
    )
    action = client.get(page.url).context["action_url"]
    answers = [client.post(action, {"return_url": page.url, "password": "faux"}) for _guess in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
