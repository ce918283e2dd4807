"""Client addresses by which rate limits count."""

import pytest
from django.test import RequestFactory

from home.web import rate_limits


def caller(address: str, **headers) -> str:
    return rate_limits.client_address(RequestFactory().get("/", REMOTE_ADDR=address, **headers))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:DB8:1:2:0:0:0:1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
)
def test_ipv6_network_counts_as_one_client(one, other, same):
    assert (caller(one) == caller(other)) == same


def test_invalid_address_is_counted_as_it_is():
    assert caller("unix:") == "unix:"


def test_client_behind_proxy_is_counted_by_forwarded_network(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    seen = [
        caller("192.0.2.9", headers={"x-forwarded-for": f"2001:db8:9::1, {told}"})
        for told in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert seen[0] == seen[1] != seen[2]


def test_limit_is_reached_without_counting():
    limit = rate_limits.RateLimit("test-reached", 2)
    assert [limit.is_reached("one"), limit.increment("one"), limit.is_reached("one")] == [False, 1, False]
    assert [limit.increment("one"), limit.is_reached("one"), limit.is_reached("two")] == [2, True, False]
    assert not limit.allows("one")


def test_mailbox_is_counted_without_its_tag():
    limit = rate_limits.RateLimit("test-mailbox", 1)
    assert limit.allows_mailbox("lea@orvenay.example")
    assert not limit.allows_mailbox("Lea+news@orvenay.example")


def test_client_is_counted_by_its_address():
    limit, request = rate_limits.RateLimit("test-client", 1), RequestFactory().get("/")
    assert [limit.allows_client(request), limit.allows_client(request)] == [True, False]
