"""Doubles of the demo, which do not start for a real commune."""

import os
import subprocess
import sys

import pytest

from home.localization.phone_numbers import can_receive_sms
from news.channels.sms.channel import SmsChannel
from tests.factories.accounts import UserFactory

REAL = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "www.orvenay.ch",
    "COMMUNE_NAME": "Orvenay",
    "COMMUNE_BASE_URL": "https://www.orvenay.ch",
    "MAIL_URL": "smtp://mail.orvenay.ch:25",
    "COMMUNE_FROM_EMAIL": "noreply@orvenay.ch",
}
SHOW = (
    "from mysite.settings import production as p; print(p.REGISTER, p.PAYMENT_PROVIDERS, repr(p.SMS_GATEWAY))"
)


def start(**variables: str) -> subprocess.CompletedProcess:
    """Load the production settings in a separate process."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    run = [sys.executable, "-c", SHOW]
    return subprocess.run(run, env=own | REAL | variables, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"REGISTER": "demo"}, "REGISTER is 'demo': write one of http, none."),
        ({"PAYMENT_PROVIDERS": "qrbill,demo"}, "PAYMENT_PROVIDERS: demo is a double of the demo."),
        ({"SMS_GATEWAY": "demo_mailbox"}, "SMS_GATEWAY: demo_mailbox is a double of the demo."),
        ({"MAIL_URL": ""}, "Set the environment variable MAIL_URL."),
    ],
    ids=["register", "payment", "sms", "mail"],
)
def test_production_refuses_to_start_with_a_double(variables, told):
    run = start(**variables)
    assert run.returncode != 0
    assert told in run.stderr


def test_production_starts_without_register_and_sms():
    assert start().stdout.split() == [
        "none",
        "['stripe_twint',",
        "'stripe_card',",
        "'qrbill',",
        "'counter']",
        "''",
    ]


def test_sms_is_not_offered_without_a_gateway(settings):
    assert can_receive_sms("079 400 00 01")
    settings.SMS_GATEWAY = ""
    assert not can_receive_sms("079 400 00 01")
    assert not SmsChannel().ready


@pytest.mark.django_db
def test_demo_mailbox_is_unknown_outside_the_demo(client):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get("/demo/boite/").status_code == 404
