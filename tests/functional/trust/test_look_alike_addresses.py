"""Proven addresses that look like another person's: they open neither requests nor directory entries of that person."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.models import Delivery
from news.directory.models import KeeperLink
from tests.factories.cases import CaseFactory
from tests.factories.directory import DirectoryEntryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]  # UPPER('ı') = 'I' on PostgreSQL only
VICTIM, LOOK_ALIKE = "x@courriel.example", "x@courrıel.example"


def sign_in(client, address: str, mailbox: str) -> None:
    """Enter the address, then the code that arrived in the mailbox."""
    assert client.post(reverse("account_login"), {"email": address}).status_code == 302
    text = Delivery.objects.filter(recipient=mailbox).latest("created_at").payload["text"]
    code = "".join(re.search(r"^(\d{3}) (\d{3})$", text, re.M).groups())
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302


def test_look_alike_address_opens_no_request_of_another_person(client):
    case = CaseFactory(email=VICTIM, email_confirmed_at=timezone.now())
    sign_in(client, LOOK_ALIKE, "x@xn--courrel-vfb.example")
    assert case.reference not in client.get(reverse("space:home")).text
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 404
    client.post(reverse("account_logout"))

    sign_in(client, "X@Courriel.EXAMPLE", VICTIM)
    assert case.reference in client.get(reverse("space:home")).text


@pytest.mark.parametrize(
    "look_alike", ["X@COURRİEL.example", "ｘ@courriel.example", "x@\u212aourriel.example"]
)
def test_non_ascii_look_alike_address_is_refused_with_a_reason(client, look_alike):
    page = client.post(reverse("account_login"), {"email": look_alike})
    assert ("lettres sans accent" in page.text) or ("après le @" in page.text)
    assert not Delivery.objects.exists()


def test_look_alike_address_gets_no_link_to_a_directory_entry(client):
    DirectoryEntryFactory(keeper_email=VICTIM)
    here = {"HTTP_SEC_FETCH_SITE": "same-origin"}
    client.post(reverse("news:directory_ask"), {"email": LOOK_ALIKE}, **here)
    assert not KeeperLink.objects.exists()
    assert not Delivery.objects.filter(recipient=VICTIM).exists()
    client.post(reverse("news:directory_ask"), {"email": "X@COURRIEL.example"}, **here)
    assert KeeperLink.objects.get().email == VICTIM
