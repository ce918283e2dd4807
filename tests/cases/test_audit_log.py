"""Audit log of cases: every manipulation is detected."""

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
    """A case that an agent took and refused."""
    return Case.objects.get(pk=made.pk)


def rows(model) -> QuerySet:
    """Return rows without the model's protection, as the owner of the database changes them."""
    return QuerySet(model)


@pytest.fixture
def anchor(settings, tmp_path, django_capture_on_commit_callbacks):
    """Function that creates an audit anchor and exports it to a file when its transaction commits."""
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.txt"

    def make() -> AuditAnchor:
        with django_capture_on_commit_callbacks(execute=True):
            return audit_log.anchor_chains(timezone.now())

    return make


def tamper(case, kind: str, **changes) -> None:
    rows(CaseEvent).filter(case=case, kind=kind).update(**changes)


def test_untouched_audit_log_is_verified(case, capsys):
    CaseFactory(taken=True)
    audit_log.anchor_chains(timezone.now())

    call_command("verify_audit")

    said = capsys.readouterr().out
    assert f"{CaseEvent.objects.count()} events are as they were written." in said
    assert f"Newest anchor: 1 {AuditAnchor.objects.get().at.astimezone(UTC):%Y-%m-%d}" in said


def test_cases_opened_at_same_moment_have_separate_chains():
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
def test_changed_event_is_detected(case, changes):
    tamper(case, "refused", **changes)

    found = list(audit_log.audit_errors())

    assert found
    assert all(fault.startswith(case.reference) for fault in found)


def test_deleted_event_is_detected(case):
    rows(CaseEvent).filter(case=case, number=1).delete()

    assert f"{case.reference}: event 1 is missing" in list(audit_log.audit_errors())


def test_deleted_audit_log_is_detected(case):
    rows(CaseEvent).filter(case=case).delete()

    assert list(audit_log.audit_errors()) == [f"{case.reference}: all events are missing"]


def test_cut_off_events_are_detected_by_anchor(case):
    audit_log.anchor_chains(timezone.now())
    rows(CaseEvent).filter(pk=case.events.last().pk).delete()

    (fault,) = audit_log.audit_errors()

    assert fault.startswith(f"{case.reference}: event")
    assert "is gone or another" in fault


def test_changed_anchor_is_detected(case):
    made = audit_log.anchor_chains(timezone.now())
    rows(AuditAnchor).filter(pk=made.pk).update(heads={})

    assert list(audit_log.audit_errors()) == [
        "anchor 1: it or one before it was changed, or AUDIT_KEY is another"
    ]


def test_anchor_made_without_key_is_detected(case, settings):
    with override_settings(AUDIT_KEY="guessed"):
        audit_log.anchor_chains(timezone.now())
    assert list(audit_log.audit_errors()) == [
        "anchor 1: it or one before it was changed, or AUDIT_KEY is another"
    ]
    settings.SECRET_KEY_FALLBACKS = ["guessed"]  # the previous key
    assert list(audit_log.audit_errors()) == []


def test_deleted_anchor_is_detected_by_exported_copy(case, capsys, anchor):
    anchor()
    call_command("verify_audit")
    rows(AuditAnchor).all().delete()
    rows(CaseEvent).filter(pk=case.events.last().pk).delete()
    assert list(audit_log.audit_errors()) == []  # the database alone cannot show it

    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert "anchor 1 of " in capsys.readouterr().err


def test_anchor_in_log_file_is_compared(case, settings, tmp_path, caplog, anchor):
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


def test_anchor_is_made_hourly_for_changed_chains(case):
    now = timezone.now()
    second = CaseFactory()
    made = audit_log.anchor_chains(now)
    assert set(made.heads) == {str(case.pk), str(second.pk)}
    assert audit_log.anchor_chains(now + timedelta(minutes=59)) is None

    rows(CaseEvent).filter(case=case).update(at=now - timedelta(days=2))
    later = audit_log.anchor_chains(now + timedelta(minutes=70))

    assert (later.number, set(later.heads)) == (2, {str(second.pk)})
    assert audit_log.anchor_chains(now + timedelta(hours=4)) is None  # nothing was added


def test_erased_payload_keeps_chain_valid(case):
    case.events.filter(kind="refused").erase()

    assert case.events.get(kind="refused").data == {}
    assert list(audit_log.audit_errors()) == []


def test_payload_erased_without_salt_is_detected(case):
    tamper(case, "refused", data={})

    assert list(audit_log.audit_errors())


def test_equal_events_have_different_digests(case):
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
def test_audit_log_rows_cannot_be_rewritten(case, model, rewrite):
    audit_log.anchor_chains(timezone.now())
    before = list(model.objects.values())

    with pytest.raises(TypeError, match="only added to"), transaction.atomic():
        rewrite(model.objects.first())

    assert list(model.objects.values()) == before


def test_case_events_manager_refuses_update_and_delete(case):
    for rewrite in (lambda: case.events.update(data={}), lambda: case.events.all().delete()):
        with pytest.raises(TypeError, match="only added to"):
            rewrite()

    assert list(audit_log.audit_errors()) == []


def test_event_replacing_another_is_refused():
    there = CaseFactory().events.first()
    false = CaseEvent(pk=there.pk, case=there.case, number=there.number, kind="accepted")

    with pytest.raises(IntegrityError), transaction.atomic():
        false.save()

    assert there.case.events.get() == there
    assert list(audit_log.audit_errors()) == []


def test_only_events_of_rehearsal_are_discarded():
    real, rehearsal = CaseFactory(taken=True), CaseFactory(rehearsal=True)

    for case in (real, rehearsal):
        case.events.discard()

    assert real.events.count() == 2
    assert not rehearsal.events.exists()


def test_verify_audit_fails_and_names_changed_case(case, capsys):
    rows(CaseEvent).filter(case=case, number=1).update(kind="accepted")

    with pytest.raises(CommandError):
        call_command("verify_audit")

    assert case.reference in capsys.readouterr().err
