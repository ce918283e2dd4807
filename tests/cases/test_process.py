"""The process of a case from submission to closing, and its behaviour when a stage fails."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from eservices.cases import actions, jobs, process
from eservices.cases.checks import check_stages
from eservices.cases.desk.case import page
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import Done, Stage, Stop, Waiting, stages
from eservices.cases.states import CaseOutcome, CaseState
from eservices.deliveries.models import Delivery
from eservices.submissions import actions as submissions
from eservices.submissions.models import Submission
from eservices.submissions.signals import submission_sent
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, applicant, member
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered():
    """Function that installs stages during a test: ``offered(key, StageClass)``."""
    list(stages)  # load installed stages first
    kept, keys = dict(stages._offers), []

    def offer(key, kind):
        stages._offers[key] = kind
        keys.append(key)

    yield offer
    stages._offers.clear()
    stages._offers.update(kept)


def laid(key, **more):
    return {"key": key, "type": key, **more}


class Counting(Stage):
    """A stage that records each time it is entered."""

    entered: list = []

    def enter(self, case, row, settings):
        type(self).entered.append(row.key)
        return Done({"seen": len(self.entered)})


def test_check_reports_stage_without_its_methods(offered):
    assert check_stages(None) == []
    offered("formless", type("Formless", (Stage,), {"form": lambda self, *args, **more: None}))
    found = check_stages(None)
    assert [error.id for error in found] == ["cases.E002", "cases.E003"]
    assert all("Formless" in error.msg and "docs/extending.md" in error.hint for error in found)


@pytest.fixture
def counting(offered):
    kind = type("Counting", (Counting,), {"entered": []})
    offered("counting", kind)
    return kind


def letters(case):
    return list(
        Delivery.objects.for_subject(case.subject).order_by("created_at").values_list("title", flat=True)
    )


def test_submission_opens_case_and_sends_receipt():
    TeamFactory()
    version = FormVersionFactory(content=certificate(stages=[DECISION]))

    case = sent(version=version).case

    assert case.reference.startswith("ORV-")
    assert case.state == CaseState.RECEIVED
    assert case.team.key == "habitants"
    assert case.deadline > case.opened_at
    assert [row.key for row in case.stages.all()] == ["decision"]
    assert [event.kind for event in case.events.all()] == ["opened"]
    assert len(letters(case)) == 1
    assert case.reference in letters(case)[0]


def test_receipt_email_contains_mailed_link_only():
    case = CaseFactory()
    mailed, shown = case.links.get(mailed=True), case.links.get(mailed=False)

    text = Delivery.objects.for_subject(case.subject).get().payload["text"]

    assert mailed.secret in text
    assert shown.secret not in text


def test_submission_without_email_gets_paper_letter():
    TeamFactory()
    draft = DraftFactory(complete=True, version=FormVersionFactory(), agent=member(), channel="counter")
    draft.answers["courriel"] = None
    draft.save()
    case = submissions.submit(actor=draft.agent, draft=draft).case

    assert Delivery.objects.for_subject(case.subject).get().carrier == "print"
    assert case.events.get().actor == draft.agent


def test_failure_to_open_case_aborts_submission(monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("eservices.cases.signal_handlers.open_case", fail)
    with pytest.raises(RuntimeError):
        sent(version=FormVersionFactory())
    assert not Submission.objects.exists()
    assert submission_sent.receivers


def test_submission_for_missing_team_goes_to_default_team():
    case = sent(version=FormVersionFactory()).case
    assert case.team.key == actions.DEFAULT_TEAM


def test_references_count_up_and_rehearsals_have_own_series():
    first, rehearsal, second = CaseFactory(), CaseFactory(rehearsal=True), CaseFactory()
    assert int(second.reference[-5:]) == int(first.reference[-5:]) + 1
    assert rehearsal.reference.startswith("TEST-")
    assert rehearsal.rehearsal
    assert all(one.rehearsal for one in Delivery.objects.for_subject(rehearsal.subject))


def test_process_waits_for_decision_then_runs_later_stages(counting):
    case = CaseFactory(stages=[{"key": "before", "type": "counting"}, DECISION, laid("counting")])
    assert counting.entered == ["before"]
    assert process.current_stage(case).key == "decision"

    actions.accept_case(actor=member(), case=case)
    process.advance_case(case.pk)

    case.refresh_from_db()
    assert counting.entered == ["before", "counting"]
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.ACCEPTED)
    assert case.due_at is None


def test_finished_stage_is_not_run_again(counting):
    case = CaseFactory(stages=[laid("counting"), DECISION])
    for _ in range(5):
        process.advance_case(case.pk)
    assert counting.entered == ["counting"]


def test_stage_with_false_condition_is_skipped(counting):
    never = {"field": "pour", "operator": "equals", "value": "autre"}
    case = CaseFactory(stages=[laid("counting", condition=never), DECISION])
    assert counting.entered == []
    assert case.stages.get(key="counting").progress == CaseStage.Progress.SKIPPED


def test_case_without_decision_is_completed_by_process(counting):
    case = CaseFactory(stages=[laid("counting")])
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.COMPLETED)


def test_stage_waiting_until_a_moment_is_resumed_then(offered):
    until = timezone.now() + timedelta(hours=3)

    class Waits(Stage):
        def enter(self, case, row, settings):
            return Waiting("system", until=until)

        def resume(self, case, row, settings):
            return Done()

    offered("waits", Waits)
    case = CaseFactory(stages=[laid("waits")])
    assert case.due_at == until
    jobs.wake_due_cases(until - timedelta(minutes=1))
    case.refresh_from_db()
    assert case.is_open

    jobs.wake_due_cases(until + timedelta(seconds=1))

    case.refresh_from_db()
    assert not case.is_open


def test_stage_of_missing_app_waits_for_lead():
    case = CaseFactory(stages=[laid("vanished"), DECISION])
    row = process.current_stage(case)
    assert (row.waiting_for, row.progress) == ("lead", CaseStage.Progress.ACTIVE)
    assert "vanished" in row.reason
    assert case.events.filter(kind="stopped").count() == 1


def test_stopped_stage_is_recorded_once(offered):
    class Stops(Stage):
        def enter(self, case, row, settings):
            return Stop("The register does not know this person.")

    offered("stops", Stops)
    case = CaseFactory(stages=[laid("stops")])
    process.advance_case(case.pk)
    assert case.events.filter(kind="stopped").count() == 1


def test_failing_stage_is_rolled_back_and_retried(offered):
    tries = []

    class Fails(Stage):
        def enter(self, case, row, settings):
            tries.append(row.key)
            if len(tries) == 1:
                case.reason = "half done"
                case.save()
                raise RuntimeError("register down")
            return Done()

    offered("fails", Fails)
    case = CaseFactory(stages=[laid("fails")])
    assert case.reason == ""
    assert case.due_at > timezone.now()
    said = page.describe_situation(case)
    assert "nouvel essai" in said
    assert "un autre système est en panne" in said
    assert "RuntimeError" not in process.current_stage(case).reason
    assert case.events.get(kind="fault").data["reason"] == "RuntimeError: register down"

    jobs.wake_due_cases(case.due_at + timedelta(seconds=1))

    case.refresh_from_db()
    assert (case.state, len(tries)) == (CaseState.CLOSED, 2)


def test_repeated_stage_error_is_recorded_once(offered):
    faults = iter(["register down", "register down", "register gone"])

    class Fails(Stage):
        def enter(self, case, row, settings):
            raise RuntimeError(next(faults))

    offered("fails", Fails)
    case = CaseFactory(stages=[laid("fails")])
    for _try in range(2):
        process.advance_case(case.pk)
    told = case.events.filter(kind="fault").order_by("number").values_list("data__reason", flat=True)
    assert list(told) == ["RuntimeError: register down", "RuntimeError: register gone"]


def test_job_advances_case_whose_task_was_lost(counting):
    case = CaseFactory(stages=[laid("counting")], advanced=False)
    assert counting.entered == []
    jobs.wake_due_cases(timezone.now())
    assert counting.entered == ["counting"]
    assert not Case.objects.get(pk=case.pk).is_open


def test_case_is_claimed_by_one_job_run_only(monkeypatch):
    woken = []
    case = CaseFactory(advanced=False)
    now = timezone.now()
    task = type("Task", (), {"enqueue": staticmethod(woken.append)})
    monkeypatch.setattr("eservices.cases.jobs.advance_case", task)
    jobs.wake_due_cases(now)
    jobs.wake_due_cases(now)
    assert woken == [str(case.pk)]


def test_deadline_pauses_while_applicant_is_asked(time_machine):
    time_machine.move_to(datetime(2026, 11, 16, 9, tzinfo=timezone.get_current_timezone()))  # a Monday
    case = CaseFactory()
    assert timezone.localtime(case.deadline).date().isoformat() == "2026-11-19"
    actions.ask_applicant(actor=member(), case=case, text="Et la page 3 ?")

    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=timezone.get_current_timezone()))
    actions.answer_question(actor=applicant(case), case=case, text="La voici.")

    case.refresh_from_db()
    assert case.paused_at is None
    assert timezone.localtime(case.deadline).date().isoformat() == "2026-11-26"


def test_notification_stage_sends_its_text_once():
    stage = {
        "key": "mot",
        "type": "notify",
        "settings": {"subject": "Prenez vos clés", "text": "Au guichet."},
    }
    case = CaseFactory(stages=[stage])
    process.advance_case(case.pk)
    written = [one for one in Delivery.objects.for_subject(case.subject) if "Prenez vos clés" in one.title]
    assert len(written) == 1
    assert "Au guichet." in written[0].payload["text"]


def test_notification_stage_after_acceptance_announces_it():
    mot = {"key": "mot", "type": "notify", "settings": {"subject": "Prenez vos clés", "text": "Au guichet."}}
    case = CaseFactory(stages=[DECISION, mot])
    case.version.content["texts"]["de"] = {"stage.mot.subject": "Holen Sie Ihre Schlüssel"}
    case.version.save()
    case.language = "de"
    case.save()
    actions.accept_case(actor=member(team=case.team), case=case, reason="Alles ist da.")
    process.advance_case(case.pk)
    _receipt, written = Delivery.objects.for_subject(case.subject).order_by(
        "created_at"
    )  # no separate message about the acceptance
    assert "Schlüssel" in written.title
    for said in (written.payload["text"], written.payload["html"]):
        assert [words in said for words in ("angenommen", "Alles ist da.", "Au guichet.")] == [True] * 3


# -- Several decisions ---------------------------------------------------------------------------------------
VISA, BOARD = {"key": "visa", "type": "decision"}, {"key": "board", "type": "decision"}


def test_each_of_two_decisions_waits_for_an_agent():
    case = CaseFactory(stages=[VISA, BOARD])
    first, second = member(), member()

    actions.accept_case(actor=first, case=case, reason="Dossier complet.")
    process.advance_case(case.pk)

    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.IN_PROGRESS, "")
    assert process.current_stage(case).key == "board"
    assert case.events.get(kind="approved").data["stage"] == "visa"
    assert len(letters(case)) == 1  # the receipt; the case is not decided yet

    actions.accept_case(actor=second, case=case, reason="Accordé.")
    process.advance_case(case.pk)

    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.ACCEPTED)
    assert case.reason == "Dossier complet.\n\nAccordé."
    assert len(letters(case)) == 2


def test_second_decision_may_refuse():
    case = CaseFactory(stages=[VISA, BOARD])
    actions.accept_case(actor=member(), case=case)
    process.advance_case(case.pk)
    actions.refuse_case(actor=member(), case=case, reason="La Municipalité a refusé.")
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.REFUSED)


def test_decision_cannot_be_made_twice_before_process_advances():
    case = CaseFactory(stages=[VISA, BOARD])
    actions.accept_case(actor=member(), case=case)
    case.refresh_from_db()
    assert not actions.can_decide(case)
    with pytest.raises(actions.IllegalTransition):
        actions.accept_case(actor=member(), case=case)


def test_skipped_second_decision_makes_first_the_last():
    never = {"field": "pour", "operator": "equals", "value": "autre"}
    case = CaseFactory(stages=[VISA, BOARD | {"condition": never}])
    actions.accept_case(actor=member(), case=case)
    process.advance_case(case.pk)
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.ACCEPTED)


# -- Questions without a remaining stage ---------------------------------------------------------------------
def test_asked_case_without_remaining_stage_waits_for_answer(counting, caplog):
    case = CaseFactory(stages=[laid("counting")], advanced=False)
    actions.ask_applicant(actor=member(), case=case, text="Et la page 3 ?")

    process.advance_case(case.pk)

    case.refresh_from_db()
    assert (case.state, case.due_at) == (CaseState.WAITING, None)
    assert not [one for one in caplog.records if one.levelname == "ERROR"]

    actions.answer_question(actor=applicant(case), case=case, text="La voici.")
    jobs.wake_due_cases(timezone.now())

    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.COMPLETED)


# -- Order of stages -----------------------------------------------------------------------------------------
def test_decision_waits_for_earlier_stage_not_yet_entered():
    check = {"key": "controle", "type": "check", "settings": {"format": 1, "items": "Le bail"}}
    case = CaseFactory(stages=[check, DECISION], advanced=False)
    assert not actions.can_decide(case)
    with pytest.raises(actions.IllegalTransition):
        actions.accept_case(actor=member(), case=case)
    assert actions.can_decide(CaseFactory(stages=[DECISION], advanced=False))
