"""Races of simultaneous requests. Only PostgreSQL shows them; SQLite queues writers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from eservices.submissions import actions, draft_token, upload_checks
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.submissions import DraftFactory, FormVersionFactory, pdf
from tests.submissions.test_request_limits import limited

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory is one connection"),
]


def at_once(work, times: int = 8) -> list:
    """Run ``work`` in ``times`` threads that start together, and return their results."""
    barrier = Barrier(times)

    def one(number):
        try:
            barrier.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_draft_sent_eight_times_at_once_makes_one_submission():
    draft = DraftFactory(version=FormVersionFactory(), complete=True)

    sent = at_once(lambda number: actions.submit(actor=None, draft=draft).pk)

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


def test_first_page_posted_eight_times_at_once_begins_one_draft():
    version = FormVersionFactory()
    page = draft_token.new_token(version.form.slug)

    begun = at_once(
        lambda number: actions.start_draft(actor=None, version=version, language="fr", beginning=page).pk
    )

    assert len(set(begun)) == 1
    assert Draft.objects.get().secret == page.secret


def test_eight_files_at_once_respect_the_limit_of_the_question():
    draft = DraftFactory(version=FormVersionFactory())
    files = [
        upload_checks.check_upload(pdf(f"{number}.pdf", b"%PDF-1.7 " + bytes([number])))
        for number in range(8)
    ]

    def attach(number):
        try:
            return actions.attach_file(actor=None, draft=draft, field="piece", upload=files[number], most=3)
        except actions.SubmissionRefused:
            return None

    at_once(attach)

    draft.refresh_from_db()
    assert StoredFile.objects.count() == len(draft.answers["piece"]) == 3


def test_eight_sent_at_once_for_three_places_makes_three():
    version = limited(total={"most": 3})
    drafts = [DraftFactory(version=version, complete=True) for _ in range(8)]

    def send(number):
        try:
            return bool(actions.submit(actor=None, draft=drafts[number]))
        except actions.ServiceClosed:
            return False

    assert sorted(at_once(send)) == [False] * 5 + [True] * 3
    assert Submission.objects.count() == 3
