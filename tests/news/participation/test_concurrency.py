"""Concurrent votes and confirmations, each of which counts once.

PostgreSQL only: in SQLite, requests do not overlap.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from news.participation.consultations import actions
from news.participation.email_verification import actions as proving
from news.participation.models import Contribution, PendingAction, Vote
from news.participation.pending_actions import ActionNoLongerPossible
from tests.factories.participation import ContributionFactory
from tests.news.participation.conftest import idea_box

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory is one connection"),
]


@pytest.fixture
def box(transactional_db):
    return idea_box()


def at_once(work, times: int = 8) -> list:
    """Run ``work`` in ``times`` threads started together. Return the results; None for an impossible action."""
    barrier = Barrier(times)

    def one(number):
        try:
            barrier.wait()
            return work(number)
        except ActionNoLongerPossible:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_concurrent_votes_of_one_person_count_once(box):
    one = ContributionFactory(consultation=box.translation_key)
    new = at_once(lambda number: actions.cast_vote(contribution=one, email="lea@example.org"))
    assert Vote.objects.count() == 1
    assert new.count(True) == 1


def test_concurrent_confirmations_run_pending_action_once(box):
    written = {"title": "Un banc", "text": "À l’ombre", "answers": [], "name": "", "shown_as": "nobody"}
    payload = {"consultation": str(box.translation_key), "page": box.title, "written": written}
    pending = proving.request_verification(
        email="lea@example.org", language="fr", kind="contribute", payload=payload
    )
    done = at_once(lambda number: proving.run_pending_action(pending=pending))
    assert len([one for one in done if one]) == 1
    assert Contribution.objects.count() == 1
    assert not PendingAction.objects.exists()
