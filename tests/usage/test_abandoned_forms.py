"""Steps at which forms are left: counted when a draft expires or its owner deletes it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from eservices.submissions import actions as submissions
from eservices.submissions.jobs import erase_expired_drafts
from eservices.submissions.models import Draft
from eservices.usage import actions
from eservices.usage.models import AbandonedForms
from tests.factories.accounts import UserFactory
from tests.factories.cases import TeamFactory
from tests.factories.submissions import DraftFactory, FormVersionFactory, sent

pytestmark = pytest.mark.django_db


def left() -> dict[str, int]:
    return {one.step: one.number for one in AbandonedForms.objects.all()}


def test_expired_drafts_count_at_their_first_open_step(time_machine):
    version = FormVersionFactory()
    for steps in (["qui"], ["qui"], ["qui", "identite"], ["qui", "identite", "contact", "document"]):
        DraftFactory(version=version, steps=steps)
    day = timezone.localdate()
    time_machine.move_to(timezone.now() + timedelta(days=31))
    erase_expired_drafts(timezone.now())
    erase_expired_drafts(timezone.now())
    assert left() == {"identite": 2, "contact": 1, "": 1}
    assert set(AbandonedForms.objects.values_list("form", "day")) == {(version.form_id, day)}


def test_draft_is_erased_although_it_cannot_be_counted(time_machine, monkeypatch):
    monkeypatch.setattr(actions, "_increment", lambda *args, **key: 1 / 0)
    DraftFactory(steps=["qui"])
    time_machine.move_to(timezone.now() + timedelta(days=31))
    erase_expired_drafts(timezone.now())
    assert Draft.objects.get().answers == {}
    assert left() == {}


def test_deleted_draft_counts_and_sent_one_does_not():
    TeamFactory()
    version = FormVersionFactory()
    sent(version=version)
    submissions.delete_draft(actor=None, draft=DraftFactory(version=version, steps=["qui"]))
    assert left() == {"identite": 1}


def test_drafts_of_agents_and_rehearsals_do_not_count(time_machine):
    DraftFactory(agent=UserFactory(is_staff=True))
    DraftFactory(version=FormVersionFactory(kind="rehearsal"))
    time_machine.move_to(timezone.now() + timedelta(days=31))
    erase_expired_drafts(timezone.now())
    assert not Draft.objects.filter(forgotten_at=None).exists()
    assert left() == {}
