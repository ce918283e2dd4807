"""The trace of a case: whoever changes it is found out."""

from datetime import UTC, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone

from eservices.cases import actions, audit_log
from eservices.cases.models import AuditAnchor, Case, CaseEvent
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db) -> Case:
    return CaseFactory(taken=True, refused=True)


@pytest.fixture
def case(made, db) -> Case:
    """A case that somebody took and refused."""
    return Case.objects.get(pk=made.pk)


def rows(model) -> QuerySet:
    """What who holds the database can do with a table, though the model refuses it."""
    return QuerySet(model)


@pytest.fixture
def anchor(settings, tmp_path, django_capture_on_commit_callbacks):
    """Makes an anchor, noted in a file of its own once its transaction is over."""
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.txt"

    def make() -> AuditAnchor:
        with django_capture_on_commit_callbacks(execute=True):
            return audit_log.anchor_chains(timezone.now())

    return make


def tamper(case, kind: str, **changes) -> None:
    rows(CaseEvent).filter(case=case, kind=kind).update(**changes)


def test_an_untouched_trace_is_proven(case, capsys):
    CaseFactory(taken=True)
    audit_log.anchor_chains(timezone.now())

    call_command("verify_audit")

    said = capsys.readouterr().out
    assert f"{CaseEvent.objects.count()} events are as they were written." in said
    assert f"Newest anchor: 1 {AuditAnchor.objects.get().at.astimezone(UTC):%Y-%m-%d}" in said


def test_cases_that_were_opened_at_the_same_moment_are_told_apart():
    moment = timezone.now()
    for _case in range(4):
        CaseFactory(taken=True, opened_at=moment)

    assert list(audit_log.audit_errors()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"actor_kind": "system"},
        {"actor": None},
        {"at": timezone.now() - timedelta(days=3)},
        {"data": {"reason": "another"}},
        {"payload_digest": "0" * 64},
        {"hash": "0" * 64},
        {"number": 40},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_event_that_was_changed_is_found(case, changes):
    tamper(case, "refused", **changes)

    found = list(audit_log.audit_errors())

    assert found
    assert all(fault.startswith(case.reference) for fault in found)


def test_an_event_taken_out_is_found(case):
    rows(CaseEvent).filter(case=case, number=1).delete()

    assert f"{case.reference}: event 1 is missing" in list(audit_log.audit_errors())


def test_a_trace_that_is_gone_is_found(case):
    rows(CaseEvent).filter(case=case).delete()

    assert list(audit_log.audit_errors()) == [f"{case.reference}: all events are missing"]


def test_a_tail_cut_off_is_found_by_the_anchor_of_the_night(case):
    audit_log.anchor_chains(timezone.now())
    rows(CaseEvent).filter(pk=case.events.last().pk).delete()

    (fault,) = audit_log.audit_errors()

    assert fault.startswith(f"{case.reference}: event")
    assert "is gone or another" in fault


def test_an_anchor_that_was_changed_is_found(case):
    made = audit_log.anchor_chains(timezone.now())
    rows(AuditAnchor).filter(pk=made.pk).update(heads={})

    assert list(audit_log.audit_errors()) == [
        "anchor 1: it or one before it was changed, or AUDIT_KEY is another"
    ]


def test_anchor_made_without_the_key_is_found(case, settings):
    with override_settings(AUDIT_KEY="guessed"):
        audit_log.anchor_chains(timezone.now())
    assert list(audit_log.audit_errors()) == [
        "anchor 1: it or one before it was changed, or AUDIT_KEY is another"
    ]
    settings.SECRET_KEY_FALLBACKS = ["guessed"]  # the key of before it was changed
    assert list(audit_log.audit_errors()) == []


def test_anchor_cut_off_is_found_by_what_was_noted(case, capsys, anchor):
    anchor()
    call_command("verify_audit")
    rows(AuditAnchor).all().delete()
    rows(CaseEvent).filter(pk=case.events.last().pk).delete()
    assert list(audit_log.audit_errors()) == []  # the database alone tells nothing

    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert "anchor 1 of " in capsys.readouterr().err


def test_anchor_in_a_log_is_compared_too(case, settings, tmp_path, caplog, anchor):
    with caplog.at_level("INFO", "eservices.cases.audit_log"):
        anchor()
    log = tmp_path / "log.txt"
    log.write_text(f"Nov 30 host scheduler[1]: {caplog.messages[-1]}\n")
    call_command("verify_audit", noted=[log])
    settings.AUDIT_ANCHOR_FILE.unlink()
    rows(AuditAnchor).all().delete()
    call_command("verify_audit")

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", noted=[log])
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", noted=[tmp_path / "nowhere.txt"])


def test_anchor_is_made_each_hour_over_what_grew(case):
    now = timezone.now()
    second = CaseFactory()
    made = audit_log.anchor_chains(now)
    assert set(made.heads) == {str(case.pk), str(second.pk)}
    assert audit_log.anchor_chains(now + timedelta(minutes=59)) is None

    rows(CaseEvent).filter(case=case).update(at=now - timedelta(days=2))
    later = audit_log.anchor_chains(now + timedelta(minutes=70))

    assert (later.number, set(later.heads)) == (2, {str(second.pk)})
    assert audit_log.anchor_chains(now + timedelta(hours=4)) is None  # nothing grew


def test_a_payload_that_was_erased_leaves_the_chain_whole(case):
    case.events.filter(kind="refused").erase()

    assert case.events.get(kind="refused").data == {}
    assert list(audit_log.audit_errors()) == []


def test_a_payload_erased_without_its_salt_is_found(case):
    tamper(case, "refused", data={})

    assert list(audit_log.audit_errors())


def test_two_events_that_say_the_same_cannot_be_told_by_their_digests(case):
    agent = member()
    for _time in range(2):
        audit_log.record_event(actions.lock_case(case.pk), "noted", agent, note=1)

    first, second = case.events.filter(kind="noted")

    assert first.data == second.data
    assert first.payload_digest != second.payload_digest


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: type(event).objects.filter(pk=event.pk).update(kind="accepted"),
        lambda event: type(event).objects.filter(pk=event.pk).delete(),
        lambda event: type(event).objects.bulk_update([event], ["at"]),
        lambda event: type(event).objects.update_or_create(pk=event.pk, defaults={"hash": "0"}),
        lambda event: type(event).objects.bulk_create(
            [event], update_conflicts=True, update_fields=["hash"], unique_fields=["id"]
        ),
    ],
    ids=["save", "delete", "update", "delete_many", "bulk_update", "update_or_create", "upsert"],
)
@pytest.mark.parametrize("model", [CaseEvent, AuditAnchor])
def test_what_stands_in_the_trace_is_neither_rewritten_nor_taken_out(case, model, rewrite):
    audit_log.anchor_chains(timezone.now())
    before = list(model.objects.values())

    with pytest.raises(TypeError, match="only added to"), transaction.atomic():
        rewrite(model.objects.first())

    assert list(model.objects.values()) == before


def test_the_events_of_a_case_are_not_rewritten_by_way_of_the_case_either(case):
    for rewrite in (lambda: case.events.update(data={}), lambda: case.events.all().delete()):
        with pytest.raises(TypeError, match="only added to"):
            rewrite()

    assert list(audit_log.audit_errors()) == []


def test_an_event_that_takes_the_place_of_another_is_refused():
    there = CaseFactory().events.first()
    false = CaseEvent(pk=there.pk, case=there.case, number=there.number, kind="accepted")

    with pytest.raises(IntegrityError), transaction.atomic():
        false.save()

    assert there.case.events.get() == there
    assert list(audit_log.audit_errors()) == []


def test_only_what_happened_in_a_rehearsal_is_thrown_away():
    real, rehearsal = CaseFactory(taken=True), CaseFactory(rehearsal=True)

    for case in (real, rehearsal):
        case.events.discard()

    assert real.events.count() == 2
    assert not rehearsal.events.exists()


def test_a_command_over_a_changed_trace_fails_and_names_the_case(case, capsys):
    rows(CaseEvent).filter(case=case, number=1).update(kind="accepted")

    with pytest.raises(CommandError):
        call_command("verify_audit")

    assert case.reference in capsys.readouterr().err
