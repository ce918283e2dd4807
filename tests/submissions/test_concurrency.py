"""Two presses of a button at the same moment. Only PostgreSQL shows the race; SQLite queues writers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from eservices.submissions import actions
from eservices.submissions.models import Submission
from tests.factories.submissions import DraftFactory, FormVersionFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory is one connection"),
]


def at_once(work, times: int = 8) -> list:
    """What ``times`` threads get that start ``work`` together."""
    barrier = Barrier(times)

    def one(number):
        try:
            barrier.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_draft_sent_by_eight_at_once_makes_one_submission():
    draft = DraftFactory(version=FormVersionFactory(), complete=True)

    sent = at_once(lambda number: actions.send(actor=None, draft=draft).pk)

    assert len(set(sent)) == 1
    assert Submission.objects.count() == 1


def test_steps_saved_at_once_keep_every_answer():
    version = FormVersionFactory()
    draft = DraftFactory(version=version)
    steps = version.definition.steps

    at_once(
        lambda number: actions.save_step(
            actor=None, draft=draft, step=steps[number % 5], answers={f"answer{number}": number}
        )
    )

    draft.refresh_from_db()
    assert draft.answers == {f"answer{number}": number for number in range(8)}
    assert sorted(draft.completed) == sorted(step.key for step in steps)
