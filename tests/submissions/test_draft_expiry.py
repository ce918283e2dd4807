"""Expiry of drafts: answers are deleted after the promised retention time."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from eservices.submissions.jobs import erase_expired_drafts
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.submissions import DraftFactory, pdf, sent

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


@pytest.fixture
def with_a_file(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    person.post("procuration", piece=pdf())
    return person.draft


def test_expired_draft_loses_its_answers_and_files(
    with_a_file, time_machine, django_capture_on_commit_callbacks
):
    stored = StoredFile.objects.get()
    time_machine.move_to(timezone.now() + LATER)

    with django_capture_on_commit_callbacks(execute=True):
        erase_expired_drafts(timezone.now())

    with_a_file.refresh_from_db()
    assert (with_a_file.answers, with_a_file.typed, with_a_file.completed) == ({}, {}, [])
    assert not StoredFile.objects.exists()
    assert not storages["private"].exists(stored.content.name)


def test_link_of_an_erased_draft_shows_that_it_expired(client, version, time_machine):
    draft = DraftFactory(version=version, steps=["qui"])
    time_machine.move_to(timezone.now() + LATER)
    erase_expired_drafts(timezone.now())

    assert client.get(reverse("submissions:resume", args=[draft.secret])).status_code == 410


def test_draft_within_its_time_is_unchanged(with_a_file):
    erase_expired_drafts(timezone.now())

    assert StoredFile.objects.exists()
    assert Draft.objects.get().answers["lien"] == "fille"


def test_sent_draft_is_never_erased(version, team, time_machine):
    sent(version=version)
    time_machine.move_to(timezone.now() + LATER)

    erase_expired_drafts(timezone.now())

    assert Submission.objects.get().answers["nom"] == "Marchetti"
    assert Draft.objects.get().answers["nom"] == "Marchetti"
