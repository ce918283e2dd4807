"""Cases through the API: what a program reads and writes, and what stays hidden from it."""

import hashlib
import json
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eservices.api.scopes import Scope
from eservices.cases import actions, process
from eservices.cases.models import Case, CaseEvent, Message, Note
from eservices.formbuilder.field_types import MASK
from eservices.submissions.models import StoredFile
from tests.factories.api import ApiClient, make_token
from tests.factories.cases import DECISION, CaseFactory, member
from tests.factories.documents import issued
from tests.factories.submissions import FormFactory, picture

pytestmark = pytest.mark.django_db
LIST = "/api/v1/cases"


@pytest.fixture
def case() -> Case:
    asked = {"key": "sante", "type": "short_text", "secret": True}
    return CaseFactory(asks=[asked], answers={"sante": "dossier-medical"})


@pytest.fixture
def program(case) -> ApiClient:
    _token, secret = make_token(case.form)
    return ApiClient(secret)


def address(case, tail: str = "") -> str:
    return f"{LIST}/{case.reference}{tail}"


def test_case_is_read_without_secrets_and_notes(program, case):
    actions.add_note(actor=member(), case=case, text="Bail vu au guichet.")
    read = program.get(address(case))
    assert read.status_code == 200
    assert read.json()["applicant"]["name"] == case.applicant
    assert read.json()["answers"]["sante"] == MASK
    assert "dossier-medical" not in read.text
    assert "guichet" not in read.text


def test_reading_is_traced_as_that_of_a_person(program, case):
    program.get(address(case))
    program.get(address(case))
    event = CaseEvent.objects.get(case=case, kind="case_read")
    assert str(event.actor) == "Logiciel métier"
    assert event.actor_kind == "agent"


def test_list_names_no_person(program, case):
    listed = program.get(LIST)
    [row] = listed.json()["cases"]
    assert row["reference"] == case.reference
    assert case.applicant not in listed.text
    assert not CaseEvent.objects.filter(case=case, kind="case_read").exists()


HIDDEN = pytest.mark.parametrize(
    "hide",
    [
        pytest.param(lambda case: {"protected": True}, id="protected"),
        pytest.param(lambda case: {"protected": True, "unscreened": True}, id="unscreened"),
        pytest.param(lambda case: {"rehearsal": True}, id="rehearsal"),
        pytest.param(lambda case: {"form": FormFactory(slug="autre")}, id="other-service"),
    ],
)
OUTSIDE = {"key": "canton", "type": "outside", "settings": {"format": 1, "name": "le canton"}}
WRITES = [("/claim", {}), ("/notes", {"text": "x"}), ("/messages", {"text": "x"})]


@HIDDEN
def test_hidden_case_is_like_an_unknown_one(program, case, hide, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    unknown = program.get(f"{LIST}/0000").json()
    Case.objects.filter(pk=case.pk).update(**hide(case))
    events = case.events.count()
    assert program.get(address(case)).json() == unknown
    for tail, body in WRITES:
        refused = program.write(address(case, tail), body)
        assert (refused.status_code, refused.json()) == (404, unknown)
    assert program.get(LIST).json()["cases"] == []
    assert program.get("/api/v1/changes").json()["changes"] == []
    assert case.events.count() == events


@pytest.mark.parametrize(
    ("tail", "scope"),
    [
        ("/claim", Scope.CASES_CLAIM),
        ("/notes", Scope.CASES_NOTE),
        ("/messages", Scope.CASES_MESSAGE),
        ("", Scope.CASES_READ),
    ],
)
def test_missing_scope_answers_404(case, tail, scope):
    _token, secret = make_token(case.form, scopes=set(Scope.values) - {scope})
    program = ApiClient(secret)
    body = {"text": "x"} if tail != "/claim" else {}
    answer = program.write(address(case, tail), body) if tail else program.get(address(case))
    assert answer.status_code == 404


def test_program_claims_notes_and_writes(program, case, django_capture_on_commit_callbacks):
    assert program.write(address(case, "/claim")).status_code == 200
    assert program.write(address(case, "/notes"), {"text": "Reçu."}).status_code == 201
    assert program.write(address(case, "/messages"), {"text": "Bonjour."}).status_code == 201
    assert str(Case.objects.get(pk=case.pk).assignee) == "Logiciel métier"
    assert Note.objects.get(case=case).text == "Reçu."
    assert Message.objects.get(case=case, kind="message").text == "Bonjour."


def test_refused_action_answers_409_and_may_be_repeated(program, case):
    actions.take_case(actor=member(), case=case)
    refused = program.write(address(case, "/claim"), key="once")
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    Case.objects.filter(pk=case.pk).update(assignee=None)
    assert program.write(address(case, "/claim"), key="once").status_code == 200


def test_same_key_writes_once_and_answers_the_same(program, case):
    first = program.write(address(case, "/notes"), {"text": "Reçu."}, key="a")
    again = program.write(address(case, "/notes"), {"text": "Reçu."}, key="a")
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Note.objects.filter(case=case).count() == 1
    other = program.write(address(case, "/notes"), {"text": "Autre."}, key="a")
    assert other.status_code == 422
    elsewhere = program.write(address(case, "/messages"), {"text": "Reçu."}, key="a")
    assert elsewhere.status_code == 422


def test_key_of_another_token_is_free(program, case):
    program.write(address(case, "/notes"), {"text": "Reçu."}, key="a")
    _token, secret = make_token(case.form)
    assert ApiClient(secret).write(address(case, "/notes"), {"text": "x"}, key="a").status_code == 201


def test_unchanged_case_answers_304_and_stale_write_412(program, case):
    etag = program.get(address(case))["ETag"]
    assert program.get(address(case), headers={"If-None-Match": etag}).status_code == 304
    actions.send_message(actor=member(), case=case, text="Bonjour.")
    assert program.get(address(case), headers={"If-None-Match": etag}).status_code == 200
    stale = program.write(address(case, "/messages"), {"text": "x"}, **{"If-Match": etag})
    assert stale.status_code == 412
    fresh = program.get(address(case))["ETag"]
    assert program.write(address(case, "/messages"), {"text": "x"}, **{"If-Match": fresh}).status_code == 201


def test_list_goes_on_by_cursor_with_the_same_queries(program, case, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("eservices.api.case_data.PAGE", 2)
    for _ in range(4):
        CaseFactory()
    program.get(LIST)
    seen, cursor = [], ""
    while cursor is not None:
        with django_assert_num_queries(3):  # the token, its services, the cases
            page = program.get(LIST, {"cursor": cursor}).json()
        seen += [one["reference"] for one in page["cases"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(Case.objects.values_list("reference", flat=True))
    assert len(seen) == len(set(seen)) == 5


def test_changes_are_followed_and_reading_is_none(program, case, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    first = program.get("/api/v1/changes").json()
    assert {one["reference"] for one in first["changes"]} == {case.reference}
    assert set(first["changes"][0]) == {"reference", "at"}
    program.get(address(case))
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    assert program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"] == []
    actions.send_message(actor=member(), case=case, text="Bonjour.")
    assert program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"] == []  # not settled
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    [change] = program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"]
    assert change["reference"] == case.reference


def test_change_waits_for_transactions_that_began_before(program, case, monkeypatch, time_machine):
    """The event of a transaction that is not committed may have a lower key than one that is."""
    began = timezone.now() + timedelta(minutes=1)
    open_since = mock.Mock(return_value=began)
    monkeypatch.setattr("eservices.api.case_data.oldest_writing_transaction", open_since)
    time_machine.move_to(began + timedelta(minutes=1))
    first = program.get("/api/v1/changes").json()
    actions.send_message(actor=member(), case=case, text="Bonjour.")
    time_machine.move_to(began + timedelta(minutes=2))
    waiting = program.get("/api/v1/changes", {"cursor": first["next"]}).json()
    assert waiting == {"changes": [], "next": first["next"], "more": False}
    open_since.return_value = None
    assert program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"]


def test_change_does_not_overtake_one_stamped_later(program, case, time_machine):
    """Keys and times of events may differ in order: no cursor passes an event that is not told yet."""
    now = timezone.now()
    time_machine.move_to(now + timedelta(minutes=1))
    first = program.get("/api/v1/changes").json()
    for stamped in (timedelta(minutes=2), timedelta(minutes=1, seconds=30)):
        time_machine.move_to(now + stamped)
        actions.send_message(actor=member(), case=case, text="Bonjour.")
    time_machine.move_to(now + timedelta(minutes=1, seconds=50))
    assert program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"] == []
    time_machine.move_to(now + timedelta(minutes=3))
    assert len(program.get("/api/v1/changes", {"cursor": first["next"]}).json()["changes"]) == 2


@pytest.mark.parametrize("path", [LIST, "/api/v1/changes"])
def test_forged_cursor_answers_400(program, path):
    assert program.get(path, {"cursor": "forged"}).status_code == 400


@pytest.mark.parametrize(
    ("send", "status"),
    [
        (lambda program, path: program.get(path + "/nothing"), 404),
        (lambda program, path: program.put(path), 405),
        (lambda program, path: program.write(path + "/notes", {"text": " "}), 422),
        (lambda program, path: program.write(path + "/notes", {"text": "x", "more": 1}), 422),
        (
            lambda program, path: program.post(
                path + "/notes", {"text": "x"}, content_type="application/json"
            ),
            422,
        ),
        (lambda program, path: program.write(path + "/notes", {"text": "x"}, key="é" * 4), 400),
        (lambda program, path: program.write(path + "/notes", {"text": "x" * 1_100_000}), 413),
        (
            lambda program, path: program.post(
                path + "/notes", "{", content_type="application/json", headers={"Idempotency-Key": "x"}
            ),
            400,
        ),
        (
            lambda program, path: program.post(
                path + "/notes",
                "[" * 100_000,
                content_type="application/json",
                headers={"Idempotency-Key": "x"},
            ),
            400,
        ),
        (
            lambda program, path: program.post(
                path + "/notes", {"text": "x"}, headers={"Idempotency-Key": "x"}
            ),
            415,
        ),
    ],
)
def test_error_is_a_problem(program, case, send, status):
    answer = send(program, address(case))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.content)["status"] == status


def test_fault_of_ours_is_a_problem_too(program, case, monkeypatch):
    monkeypatch.setattr("eservices.api.case_data.case_body", lambda case: 1 / 0)
    program.raise_request_exception = False
    answer = program.get(address(case))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "division" not in answer.text


def test_file_is_downloaded_and_traced(program, case):

    stored = StoredFile.objects.create(
        submission=case.submission,
        name="bail.png",
        content_type="image/png",
        size=3,
        digest="0",
        content=picture(),
    )
    answer = program.get(address(case, f"/files/{stored.pk}"))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["ETag"] == f'"{stored.digest}"'
    assert CaseEvent.objects.filter(case=case, kind="file_read").count() == 1
    assert program.get(address(case, f"/files/{case.pk}")).status_code == 404


def test_issued_document_is_listed_downloaded_and_traced():
    document = issued()
    program = ApiClient(make_token(document.case.form)[1])
    [row] = program.get(address(document.case)).json()["documents"]
    assert (row["number"], row["state"]) == (document.number, "issued")
    path = address(document.case, f"/documents/{row['id']}")
    answer = program.get(path)
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == row["sha256"]
    assert CaseEvent.objects.get(case=document.case, kind="document_read").actor_kind == "agent"
    _token, secret = make_token(document.case.form, scopes=[Scope.CASES_READ])
    assert ApiClient(secret).get(path).status_code == 404
    case = CaseFactory(form=document.case.form)
    assert program.get(address(case, f"/documents/{row['id']}")).status_code == 404


def test_document_of_an_unopened_decision_is_not_told(monkeypatch):
    document = issued()
    program = ApiClient(make_token(document.case.form)[1])
    monkeypatch.setattr("eservices.cases.export.record.CaseRecord.awaits_opening", True)
    assert program.get(address(document.case)).json()["documents"] == []
    assert program.get(address(document.case, f"/documents/{document.pk}")).status_code == 404


# -- Stages handled outside ----------------------------------------------------------------------------------
@pytest.fixture
def outside() -> Case:
    return CaseFactory(stages=[OUTSIDE, DECISION])


def stage_of(case: Case, key: str = "canton") -> str:
    return address(case, f"/stages/{key}")


def test_external_outcome_continues_the_process(outside):
    program = ApiClient(make_token(outside.form)[1])
    assert program.get(address(outside)).json()["external_handling"] == {"stage": "canton", "reference": ""}
    assert program.write(stage_of(outside), {"reference": "VD-77"}).json() == {"id": "canton"}
    process.advance_case(outside.pk)
    assert program.get(address(outside)).json()["external_handling"]["reference"] == "VD-77"
    assert program.write(stage_of(outside), {"outcome": "positive"}).status_code == 200
    process.advance_case(outside.pk)
    case = Case.objects.get(pk=outside.pk)
    assert case.data["canton_result"] == "positive"
    assert case.stages.get(key="canton").data["said"]["reference"] == "VD-77"
    assert program.get(address(outside)).json()["external_handling"] is None
    events = case.events.filter(kind="worked")
    assert [str(one.actor) for one in events] == ["Logiciel métier"] * 2
    assert program.write(stage_of(outside), {"outcome": "negative"}).status_code == 409


def test_external_outcome_is_recorded_once_per_key(outside):
    program = ApiClient(make_token(outside.form)[1])
    first = program.write(stage_of(outside), {"reference": "VD-77"}, key="a")
    again = program.write(stage_of(outside), {"reference": "VD-77"}, key="a")
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert outside.events.filter(kind="worked").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="empty"),
        pytest.param({"note": "x"}, id="note-only"),
        pytest.param({"outcome": "maybe"}, id="unknown-outcome"),
        pytest.param({"reference": "a\0"}, id="null-character"),
        pytest.param({"reference": "x", "state": "closed"}, id="unknown-field"),
    ],
)
def test_external_handling_without_sense_answers_422(outside, body):
    program = ApiClient(make_token(outside.form)[1])
    assert program.write(stage_of(outside), body).status_code == 422
    assert not outside.events.filter(kind="worked").exists()


def test_stage_of_another_kind_is_like_an_unknown_one(outside):
    program = ApiClient(make_token(outside.form)[1])
    for key in ("decision", "nothing"):
        assert program.write(stage_of(outside, key), {"outcome": "positive"}).status_code == 404


def test_external_stage_of_a_foreign_token_answers_as_unknown(outside):
    scopes = set(Scope.values) - {Scope.CASES_EXTERNAL}
    lacking = make_token(outside.form, scopes=scopes)[1]
    foreign = make_token(FormFactory(slug="autre"))[1]
    expired = make_token(outside.form, expires_at=timezone.now() - timedelta(seconds=1))[1]
    for secret, status in ((lacking, 404), (foreign, 404), (expired, 401)):
        assert ApiClient(secret).write(stage_of(outside), {"outcome": "none"}).status_code == status
    assert not outside.events.filter(kind="worked").exists()


def test_case_is_read_with_the_same_queries_at_any_stage(program, case, outside, django_assert_num_queries):
    other = ApiClient(make_token(outside.form)[1])
    for client, read in ((program, case), (other, outside)):
        client.get(address(read))  # logs the reading of this hour
    with CaptureQueriesContext(connection) as plain:
        program.get(address(case))
    with django_assert_num_queries(len(plain)):
        assert other.get(address(outside)).json()["external_handling"]


# -- Downloads that are asked for again ----------------------------------------------------------------------
def test_unchanged_document_answers_304():
    document = issued()
    program = ApiClient(make_token(document.case.form)[1])
    path = address(document.case, f"/documents/{document.pk}")
    etag = program.get(path)["ETag"]
    assert etag == f'"{document.digest}"'
    again = program.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again["ETag"]) == (304, etag)
    assert again["Cache-Control"] == "private, no-store"
    assert program.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
