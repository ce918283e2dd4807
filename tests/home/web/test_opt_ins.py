"""E-mailed links of opt-ins: valid until they expire, for ever once they are confirmed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from home.runtime.write_conflicts import retry_on_conflict
from home.web.opt_ins import find_by_link
from home.web.secret_links import LinkExpired, one_click_headers, show_expired_links
from news.participation.models import PendingAction
from news.waste.models import WasteReminder
from tests.factories.newsletter import SubscriberFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_link_of_unconfirmed_opt_in_expires():
    made = SubscriberFactory(pending=True, link_expires_at=NOW)
    assert find_by_link(type(made), made.secret, NOW - timedelta(seconds=1)) == made
    with pytest.raises(LinkExpired):
        find_by_link(type(made), made.secret, NOW)


def test_link_of_confirmed_opt_in_stays_valid():
    made = SubscriberFactory(link_expires_at=NOW - timedelta(days=90))
    assert find_by_link(type(made), made.secret, NOW) == made


def test_unknown_link_is_not_found():
    with pytest.raises(Http404):
        find_by_link(WasteReminder, "x" * 22, NOW)


def test_expired_opt_ins_are_those_never_confirmed():
    ended = NOW - timedelta(days=1)
    some = {"email": "lea@orvenay.example", "language": "fr", "link_expires_at": ended}
    WasteReminder.objects.create(**some, confirmed_at=NOW)
    late = WasteReminder.objects.create(**some | {"email": "marc@orvenay.example"})
    assert list(WasteReminder.objects.expired(NOW)) == [late]
    assert list(WasteReminder.objects.of_address("marc@orvenay.example")) == [late]


def test_link_without_confirmation_always_expires():
    made = PendingAction(email="lea@orvenay.example", language="fr", kind="vote")
    made.renew_link()
    assert not made.is_confirmed()
    assert made.link_expires_at > timezone.now() + PendingAction.LINK_LIFETIME - timedelta(minutes=1)


def test_view_shows_expired_link_as_gone():
    @show_expired_links("newsletter/expired.html")
    def view(request, expired):
        if expired:
            raise LinkExpired
        return HttpResponse("there")

    request = RequestFactory().get("/")
    assert [view(request, expired).status_code for expired in (True, False)] == [410, 200]


def test_write_is_repeated_once_on_conflict():
    tries = []

    @retry_on_conflict
    def write(until: int) -> int:
        tries.append(until)
        if len(tries) < until:
            raise IntegrityError
        return len(tries)

    assert write(2) == 2
    tries.clear()
    with pytest.raises(IntegrityError):
        write(3)


def test_one_click_headers_name_the_address():
    assert (
        one_click_headers("https://orvenay.example/a/")["List-Unsubscribe"] == "<https://orvenay.example/a/>"
    )
