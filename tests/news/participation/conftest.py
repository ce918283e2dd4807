import re

import pytest

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries.models import Delivery
from home.models import HomePage
from news.participation.models import ConsultationPage, PendingAction
from tests.factories.home import make_site
from tests.factories.participation import ConsultationIndexPageFactory, ConsultationPageFactory

HERE = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def idea_box() -> ConsultationPage:
    """Create a site with an open idea box."""
    return ConsultationPageFactory(parent=ConsultationIndexPageFactory(parent=make_site()))


@pytest.fixture(scope="module")
def made(module_db) -> ConsultationPage:
    return idea_box()


@pytest.fixture
def box(made, db) -> ConsultationPage:
    return ConsultationPage.objects.get(pk=made.pk)


@pytest.fixture
def home(box) -> HomePage:
    return HomePage.objects.ancestor_of(box).get()


def letters(to: str) -> list[str]:
    """Return the texts of the e-mails to an address, in any order."""
    return [one.payload["text"] for one in Delivery.objects.filter(recipient=stored_form(to))]


def mailed_link(to: str) -> str:
    """Return the confirmation path in the last e-mail to an address."""
    pending = PendingAction.objects.filter(email=to).latest("pk")
    (text,) = [text for text in letters(to) if pending.secret in text]
    return re.search(rf"http://[^/]+(/\S+{pending.secret}/)", text)[1]


def prove(client, to: str):
    """Confirm the address by the button behind the mailed link."""
    path = mailed_link(to)
    assert client.get(path).status_code == 200
    return client.post(path)
