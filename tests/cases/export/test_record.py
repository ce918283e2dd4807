"""The reader of a case, for every audience of an export."""

import json

import pytest
from django.http import Http404

from eservices.cases import actions
from eservices.cases.archive_files import case_record
from eservices.cases.export.audiences import AGENT, API, APPLICANT, ARCHIVE, RECORDS
from eservices.cases.export.record import CaseRecord
from eservices.cases.export.rows import stored_rows
from eservices.cases.logic.hash_chain import chain_errors
from eservices.cases.models import Case
from eservices.connectors.case_package import case_data
from eservices.formbuilder.field_types import MASK
from tests.factories.bookings import booking, resource
from tests.factories.cases import CaseFactory, member, stored

pytestmark = pytest.mark.django_db
SECRET, CORRECTED = "dossier-medical", "certificat-medical"
AUDIENCES = pytest.mark.parametrize(
    "audience", [ARCHIVE, RECORDS, APPLICANT, AGENT, API], ids=lambda one: one.name
)


@pytest.fixture
def case() -> Case:
    """A case with a secret answer that was corrected, and a note of an agent."""
    asked = {"key": "sante", "type": "short_text", "secret": True}
    made = CaseFactory(asks=[asked], answers={"sante": SECRET})
    actions.add_note(actor=member(), case=made, text="Bail vu au guichet.")
    actions.correct_answer(actor=member(), case=made, field="sante", answer=CORRECTED, reason="Faute.")
    return Case.objects.get(pk=made.pk)


def shown(case, audience) -> str:
    record = CaseRecord(case, audience)
    return json.dumps([record.answers, record.declared, stored_rows(record)], default=str)


@AUDIENCES
def test_audience_decides_whether_secret_answers_are_masked(case, audience):
    said = shown(case, audience)
    assert (SECRET in said, CORRECTED in said) == (audience.secret_answers,) * 2
    assert CaseRecord(case, audience).answers["sante"] == (CORRECTED if audience.secret_answers else MASK)
    assert audience.secret_answers == (audience in (ARCHIVE, APPLICANT))


@AUDIENCES
def test_audience_decides_whether_internal_parts_are_there(case, audience):
    record = CaseRecord(case, audience)
    assert bool(record.notes) == bool(record.events) == audience.internal
    assert audience.internal == (audience in (ARCHIVE, RECORDS, AGENT))


def test_event_of_a_secret_correction_is_masked(case):
    record = CaseRecord(case, RECORDS)
    [amended] = [one for one in record.events if one.kind == "amended"]
    assert (amended.data["before"], amended.data["after"]) == (MASK, MASK)
    assert not list(chain_errors(one.link for one in record.events))
    assert case.events.get(kind="amended").data["after"] == MASK


def test_programs_get_no_case_with_protected_address(case):
    Case.objects.filter(pk=case.pk).update(protected=True)
    case.refresh_from_db()
    with pytest.raises(Http404):
        CaseRecord(case, API)
    assert case_data(case)["protected"]


# -- Sources -------------------------------------------------------------------------------------------------
def test_sources_name_agents_only_to_internal_readers(case):
    case.submission.filled_by = {"nom": {"kind": "register"}}
    case.submission.save()
    told = CaseRecord(Case.objects.get(pk=case.pk), RECORDS).sources
    assert (told["nom"], told["prenom"]) == ({"kind": "register"}, {"kind": "applicant"})
    assert told["sante"] == {"kind": "agent", "name": str(case.amendments.get().author)}
    own = CaseRecord(case, APPLICANT).sources
    assert own["sante"] == {"kind": "agent"}
    assert (case_record(case)["sources"], case_data(case)["sources"]) == (told, told)


def test_sources_of_a_counter_filing_are_the_agent(case):
    case.submission.agent, case.submission.filled_by = member(), {}
    assert CaseRecord(case, RECORDS).sources["nom"] == {
        "kind": "agent",
        "name": str(case.submission.agent),
    }


def test_sources_of_before_the_record_are_unknown(case):
    case.submission.filled_by = None
    assert set(CaseRecord(case, RECORDS).sources) == {"sante"}


# -- dossier.json --------------------------------------------------------------------------------------------
RENAMED = {"amendments": "corrections", "form": "service", "version": "service", "submission": "declared"}


def test_record_has_every_part_of_the_archive(case):
    told = case_data(case)
    assert {RENAMED.get(part, part) for part in case_record(case)} <= set(told)
    assert told["notes"][0]["text"] == "Bail vu au guichet."
    assert told["definition"] == case.version.content
    assert [one["kind"] for one in told["events"]] == [one["kind"] for one in told["timeline"]]


def test_record_has_files_and_bookings(case):
    stored(case, name="bail.pdf")
    booking(resource(), "2027-03-02T08:00", "2027-03-02T09:00", submission=case.submission)
    told = case_data(case)
    assert [one["name"] for one in told["files"]] == ["bail.pdf"]
    [booked] = told["bookings"]["bookings"]
    assert booked["state"]
