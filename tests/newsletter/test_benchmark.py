"""A small form of the measurement: through a real mail server, and a worker that dies with a letter in flight."""

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
    """As SIGKILL: nobody catches it."""


def test_a_worker_killed_on_the_way_sends_nobody_more_than_the_one_letter_in_flight(
    home, settings, tmp_path, monkeypatch
):
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
        assert mailings.claim_mailing(mailing_id, timezone.now()) is None  # still claimed by the dead one
        newsletter.let_go(mailing_id)
        sending.run_mailing(mailing_id)
        arrived = Counter((tmp_path / "arrived").read_text().splitlines())
        assert newsletter.bare_rate(port, mailing_id, 3) > 0
    assert Mailing.objects.get().state == MailingState.SENT
    assert set(arrived) == {newsletter.ADDRESS.format(number) for number in range(12)}
    assert sorted(arrived.values()) == [1] * 11 + [2]
