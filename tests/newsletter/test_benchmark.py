"""A small run of the newsletter benchmark, with a mail server and a worker that is killed while it sends."""

from collections import Counter

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from newsletter import sending
from newsletter.actions import mailings
from newsletter.backends.builtin import backend
from newsletter.models import Mailing
from newsletter.states import MailingState
from tests.benchmarks import newsletter, smtp_sink
from tests.benchmarks.server import HOST

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """A stand-in for SIGKILL, which no code catches."""


def test_killed_worker_sends_at_most_one_email_twice(home, settings, tmp_path, monkeypatch):
    with smtp_sink.running(tmp_path / "arrived") as port:
        options = {"host": HOST, "port": port, "timeout": 10}
        settings.MAILERS = {
            "default": {"BACKEND": f"{EmailBackend.__module__}.EmailBackend", "OPTIONS": options}
        }
        mailing_id = newsletter.filled(12)
        newsletter.prepared(mailing_id)
        written = backend.recipients.mark_sent
        left = [5]

        def dies_before_it_is_written(recipient):
            left[0] -= 1
            if not left[0]:
                raise Killed
            written(recipient)

        monkeypatch.setattr(backend.recipients, "mark_sent", dies_before_it_is_written)
        with pytest.raises(Killed):
            sending.run_mailing(mailing_id)
        assert (
            mailings.claim_mailing(mailing_id, timezone.now()) is None
        )  # still claimed by the killed worker
        newsletter.let_go(mailing_id)
        sending.run_mailing(mailing_id)
        arrived = Counter((tmp_path / "arrived").read_text().splitlines())
        assert newsletter.bare_rate(port, mailing_id, 3) > 0
    assert Mailing.objects.get().state == MailingState.SENT
    assert set(arrived) == {newsletter.ADDRESS.format(number) for number in range(12)}
    assert sorted(arrived.values()) == [1] * 11 + [2]
