"""Transmission of cases to another system, and what its answers do to them."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case, CaseStage
from eservices.connectors.business_system import FieldReason, Operation, Receipt, ReceiptState
from eservices.connectors.transmissions import actions, incoming_receipts, jobs
from eservices.connectors.transmissions.models import ConnectedSystem, Transmission
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery
from tests.factories.cases import DECISION, CaseFactory, applicant, member
from tests.factories.transmissions import (
    MAPPING,
    ConnectedSystemFactory,
    send_all,
    stage,
    transmitted_case,
)
from tests.factories.webhooks import EndpointFactory, messages

pytestmark = pytest.mark.django_db
ACCEPTED, REFUSED = ("accepted",), ("refused",)


def row_of(case) -> CaseStage:
    return case.stages.get(key="registre")


def answer(state, transmission=None, **more) -> str:
    """Let the system answer the newest transmission by a call, and let the case go on."""
    found = transmission or Transmission.objects.order_by("number").last()
    said = Receipt(key=str(found.pk), state=ReceiptState(state), **more)
    aside = incoming_receipts.record_receipt(found.system, said)
    process.advance_case(found.case_id)
    return aside


def test_case_goes_on_once_the_system_accepted_it(double):
    case = transmitted_case()
    send_all()

    (record,) = double.got
    assert record.fields == {"nom": "MARCHETTI", "dossier": case.reference}
    assert (record.number, record.operation, record.reference) == (1, Operation.NEW, case.reference)
    assert row_of(case).waiting_for == "system"

    answer("received")
    assert row_of(case).progress == CaseStage.Progress.ACTIVE
    answer("accepted", their_reference="CH-77")

    assert row_of(case).progress == CaseStage.Progress.DONE
    case.refresh_from_db()
    assert case.data["registre_reference"] == "CH-77"
    assert "transmission_accepted" in case.events.values_list("kind", flat=True)


def test_immediate_answer_is_stored_with_the_sending(double):
    double.answers = [ACCEPTED]
    case = transmitted_case()
    send_all()
    assert Transmission.objects.get().state == "accepted"
    process.advance_case(case.pk)
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_refusal_brings_the_case_back_with_its_reasons(double, client):
    case = transmitted_case()
    send_all()
    answer("refused", reasons=(FieldReason(field="nom", text="Nom inconnu"),))
    assert row_of(case).waiting_for == "agent"

    agent = member()
    client.force_login(agent)
    page = client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert "Nom inconnu" in page
    assert "MARCHETTI" in page

    cases.complete_stage_task(
        actor=agent, case=case, stage="registre", data={"what": "send", "reference": ""}
    )
    process.advance_case(case.pk)
    send_all()
    first, second = double.got
    assert (second.number, second.operation, second.identity) == (2, Operation.CORRECTION, first.identity)
    assert first.key != second.key


def test_webhooks_are_told_of_each_state_without_its_texts(double):
    EndpointFactory(types=["transmission.queued", "transmission.refused"])
    transmitted_case()
    send_all()
    answer("received")
    answer("refused", reasons=(FieldReason(field="nom", text="unknown person"),))
    told = [delivery.payload["event"] for delivery in messages()]
    assert [one["type"] for one in told] == ["transmission.queued", "transmission.refused"]
    assert [one["data"]["stage"] for one in told] == ["registre", "registre"]
    assert "unknown person" not in str(told)


def test_correction_is_transmitted_and_decides_alone(double):
    case = transmitted_case()
    send_all()
    cases.correct_answer(
        actor=member(), case=Case.objects.get(pk=case.pk), field="nom", answer="Rochat", reason="Erreur"
    )
    process.advance_case(case.pk)
    send_all()
    assert [record.fields["nom"] for record in double.got] == ["MARCHETTI", "ROCHAT"]

    first, second = Transmission.objects.order_by("number")
    assert answer("refused", first) == ""
    assert row_of(case).waiting_for == "system"
    answer("accepted", second)
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_correction_that_changes_nothing_there_is_not_sent(double):
    case = transmitted_case(fields=MAPPING[1:])
    cases.correct_answer(
        actor=member(), case=Case.objects.get(pk=case.pk), field="nom", answer="Rochat", reason="Erreur"
    )
    assert Transmission.objects.count() == 1


def test_withdrawn_request_is_withdrawn_there_too(double):
    case = transmitted_case()
    send_all()
    cases.withdraw_request(actor=applicant(case), case=Case.objects.get(pk=case.pk))
    send_all()
    assert [record.operation for record in double.got] == [Operation.NEW, Operation.WITHDRAWAL]
    assert double.got[0].fields == double.got[1].fields


def test_value_that_does_not_fit_waits_for_an_agent(double):
    case = transmitted_case(fields=[MAPPING[0] | {"max_length": 3}])
    assert row_of(case).waiting_for == "agent"
    assert not Transmission.objects.exists()
    cases.correct_answer(
        actor=member(), case=Case.objects.get(pk=case.pk), field="nom", answer="Ott", reason="Erreur"
    )
    process.advance_case(case.pk)
    send_all()
    assert [record.fields for record in double.got] == [{"nom": "OTT"}]


def test_protected_address_is_sent_only_after_a_decision(double):
    ConnectedSystemFactory()
    case = CaseFactory(stages=[stage()], advanced=False)
    Case.objects.filter(pk=case.pk).update(protected=True)
    process.advance_case(case.pk)
    assert row_of(case).waiting_for == "agent"
    assert not Transmission.objects.exists()

    agent = member()
    agent.memberships.update(sees_protected=True)
    cases.complete_stage_task(
        actor=agent, case=case, stage="registre", data={"what": "send", "reference": ""}
    )
    process.advance_case(case.pk)
    assert Transmission.objects.count() == 1


def test_agent_notes_that_it_was_settled_by_hand(double):
    case = transmitted_case()
    send_all()
    answer("refused")
    cases.complete_stage_task(
        actor=member(), case=case, stage="registre", data={"what": "settled", "reference": "CH-9"}
    )
    process.advance_case(case.pk)
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_silent_system_brings_the_case_back_and_is_told(double, django_capture_on_commit_callbacks):
    case = transmitted_case()
    ConnectedSystem.objects.update(told="greffe@orvenay.example")
    send_all()
    later = timezone.now() + timedelta(days=4)
    jobs.find_silent_systems(later - timedelta(days=2))
    assert Transmission.objects.get().state == "sent"
    jobs.find_silent_systems(later)
    jobs.find_silent_systems(later)
    process.advance_case(case.pk)
    assert row_of(case).waiting_for == "agent"
    assert Delivery.objects.filter(recipient="greffe@orvenay.example").count() == 1

    answer("accepted")
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_stuck_transmission_waits_for_the_leads(double):
    case = transmitted_case()
    ConnectedSystem.objects.update(is_enabled=False)
    send_all()
    assert row_of(case).waiting_for == "lead"


def test_skipped_transmission_lets_the_case_go_on(double):
    case = transmitted_case()
    deliveries.skip_delivery(
        actor=member(), delivery=Delivery.objects.get(carrier="transmission"), reason="à la main"
    )
    process.advance_case(case.pk)
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_case_need_not_wait_for_the_answer(double):
    case = transmitted_case(go_on=True, after=[DECISION])
    assert row_of(case).progress == CaseStage.Progress.DONE
    send_all()
    answer("refused")
    assert "transmission_refused" in case.events.values_list("kind", flat=True)


def test_cases_of_a_day_are_collected_in_one_delivery(double):
    ConnectedSystemFactory(rhythm="daily", hour=18)
    made = [CaseFactory(stages=[stage()]) for _number in range(3)]
    assert not Delivery.objects.filter(carrier="transmission").exists()

    morning = timezone.localtime().replace(hour=10, minute=0)
    with time_machine.travel(morning):
        jobs.collect_transmissions(timezone.now())
        assert not Delivery.objects.filter(carrier="transmission").exists()
    with time_machine.travel(morning.replace(hour=18)):
        jobs.collect_transmissions(timezone.now())
        jobs.collect_transmissions(timezone.now())
        send_all()
    assert Delivery.objects.filter(carrier="transmission").count() == 1
    assert [record.reference for record in double.got] == [case.reference for case in made]


def test_collected_file_leaves_once_it_is_full(double):
    ConnectedSystemFactory(rhythm="daily", hour=23, collect_up_to=2)
    for number in (1, 2):
        CaseFactory(stages=[stage()])
        assert actions.collect_transmissions(system=ConnectedSystem.objects.get(), now=timezone.now()) == (
            2 if number == 2 else 0
        )


def test_waiting_receipts_are_fetched_and_foreign_ones_set_aside(double):
    case = transmitted_case()
    send_all()
    own = Receipt(key=str(Transmission.objects.get().pk), state=ReceiptState.ACCEPTED)
    double.waiting = [own, own, Receipt(key=str(uuid4()), state=ReceiptState.ACCEPTED)]
    double.waiting.append(Receipt(key="'; --", state=ReceiptState.ACCEPTED))
    jobs.fetch_receipts(timezone.now())
    assert (double.done, len(double.aside)) == (["0", "1"], 2)
    process.advance_case(case.pk)
    assert row_of(case).progress == CaseStage.Progress.DONE


def test_receipt_of_another_system_or_erased_case_is_set_aside(double):
    case = transmitted_case()
    send_all()
    mine = Transmission.objects.get()
    said = Receipt(key=str(mine.pk), state=ReceiptState.ACCEPTED)
    other = ConnectedSystemFactory(key="autre", name="Autre")
    assert incoming_receipts.record_receipt(other, said)
    case.submission.erased_at = timezone.now()
    case.submission.save()
    assert incoming_receipts.record_receipt(mine.system, said)
    assert Transmission.objects.get().state == "sent"


def test_erasure_leaves_no_value_of_a_transmission(double):
    case = transmitted_case()
    send_all()
    actions.erase_transmissions(case=case)
    (found,) = Transmission.objects.all()
    assert (found.content, found.reasons, found.question, found.state) == ({}, [], "", "sent")


@pytest.mark.parametrize(
    ("secret", "token", "body", "status"),
    [
        ("right", "abc", '{"key": "%s", "state": "accepted"}', 204),
        ("right", "abc", '{"key": "nobody", "state": "accepted"}', 200),
        ("wrong", "abc", '{"key": "%s", "state": "accepted"}', 404),
        ("right", "wrong", '{"key": "%s", "state": "accepted"}', 401),
        ("right", "abc", "{", 400),
        ("right", "abc", " " * 1_000_001, 413),
    ],
)
def test_call_of_the_system_is_stored_if_it_is_authentic(double, client, secret, token, body, status):
    transmitted_case()
    send_all()
    found = Transmission.objects.select_related("system").get()
    ConnectedSystem.objects.update(configuration={"callback_token": "abc"})
    place = found.system.callback_secret if secret == "right" else "t" * 22
    response = client.post(
        reverse("receive_receipts", args=[place]),
        body.replace("%s", str(found.pk)),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code == status
    found.refresh_from_db()
    assert found.state == ("accepted" if status == 204 else "sent")
