"""Probes of the mail server and the SMS gateway, which send nothing."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.utils import timezone

from eservices.deliveries.checks import check_transports
from eservices.deliveries.sms_gateway import GatewayFault
from eservices.deliveries.transports import PermanentFailure, RetryLater, transports
from tests.benchmarks.server import free_port
from tests.factories.deliveries import SmsFactory
from tests.news.channels.sms_double import gateway


class Post:
    """A mail server that accepts the right password and stores messages."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def mail_server(settings, password: str):
    post = Post()
    controller = Controller(
        post, hostname="127.0.0.1", port=free_port(), authenticator=post.authenticate, auth_require_tls=False
    )
    controller.start()
    options = {
        "host": "127.0.0.1",
        "port": controller.port,
        "username": "commune",
        "password": password,
        "timeout": 5,
    }
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }
    try:
        yield post
    finally:
        controller.stop()


def test_mail_probe_signs_in_and_sends_nothing(settings):
    with mail_server(settings, "right") as post:
        transports["email"].probe()
    assert not post.received


def test_mail_probe_reports_a_wrong_password_or_missing_server(settings):
    with mail_server(settings, "wrong"), pytest.raises(Exception, match="535"):
        transports["email"].probe()
    with pytest.raises(ConnectionRefusedError):  # it is stopped
        transports["email"].probe()


@pytest.fixture
def sms(settings):
    with gateway() as server:
        settings.SMS_GATEWAY = "http"
        settings.SMS_URL, settings.SMS_TOKEN = server.url, "t-token"
        yield server


@pytest.mark.parametrize("status", [200, 404, 405])
def test_sms_probe_accepts_any_answer_of_a_working_gateway(sms, status):
    sms.faults = [status]
    transports["sms"].probe()
    assert sms.asked[-1]["Authorization"] == "Bearer t-token"
    assert not sms.sent


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(401, PermanentFailure), (403, PermanentFailure), (429, RetryLater), (503, GatewayFault)],
)
def test_sms_probe_reports_a_refused_token_or_outage(sms, status, meaning):
    sms.faults = [status]
    with pytest.raises(meaning):
        transports["sms"].probe()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 300), ({"Retry-After": "45"}, 45), ({"Retry-After": "1"}, 30), ({"Retry-After": "Soon"}, 300)],
)
@pytest.mark.django_db
def test_retry_after_of_the_gateway_is_respected(sms, headers, seconds):
    sms.faults = [(429, headers)]
    with pytest.raises(RetryLater) as wait:
        transports["sms"].deliver(SmsFactory())
    assert abs(wait.value.until - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=5)


def test_sms_probe_reports_a_missing_gateway(settings):
    settings.SMS_GATEWAY = "http"
    settings.SMS_URL, settings.SMS_TOKEN = "http://127.0.0.1:9/", "t-token"
    with pytest.raises(GatewayFault):
        transports["sms"].probe()


def test_deploy_check_names_transports_that_do_not_answer(settings):
    with mail_server(settings, "right"):
        assert check_transports(None) == []
    settings.SMS_GATEWAY = "nobody"
    told = [warning.msg for warning in check_transports(None)]
    assert told[-1] == ("SMS does not answer: SMS_GATEWAY names “nobody”. It may name: http, demo_mailbox.")
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9
    assert "E-mail does not answer: [Errno 111]" in check_transports(None)[0].msg
