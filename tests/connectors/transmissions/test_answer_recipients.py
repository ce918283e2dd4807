"""Systems that got an answer: the rule, and the case page."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from eservices.connectors.business_system import FieldReason, Receipt, ReceiptState
from eservices.connectors.transmissions import incoming_receipts
from eservices.connectors.transmissions.logic.mapping import FIXED, MappedField, pack_row
from eservices.connectors.transmissions.logic.sent_values import sent_values_by_question
from eservices.connectors.transmissions.models import Transmission
from eservices.formbuilder.field_types.base import MASK
from tests.factories.cases import CaseFactory, applicant, member
from tests.factories.transmissions import send_all, transmitted_case


def content(fields=(), rows=None, secret=()) -> dict:
    packed = {name: [pack_row(row) for row in items] for name, items in (rows or {}).items()}
    return {"fields": pack_row(dict(fields)), "rows": packed, "secret": list(secret)}


def test_joined_answers_each_name_the_field_they_went_to():
    line = MappedField(target="personne", questions=("nom", "prenom"))
    found = sent_values_by_question([line], content({"personne": "Rochat Ana"}))
    assert found == {"nom": [("personne", "Rochat Ana")], "prenom": [("personne", "Rochat Ana")]}


def test_values_of_a_list_belong_to_the_answer_of_its_group():
    line = MappedField(target="name", list="chiens", questions=("chiens.nom",))
    sent = content(rows={"chiens": [{"name": name} for name in ("Rex", "Io", "Max", "Fa")]})
    assert sent_values_by_question([line], sent) == {"chiens": [("chiens.name", "Rex; Io; Max; …")]}


def test_secret_values_are_masked_and_fixed_ones_left_out():
    lines = [
        MappedField(target="avs", questions=("avs",)),
        MappedField(target="rue", questions=("rue",)),
        MappedField(target="type", source=FIXED, text="A", questions=("avs",)),
    ]
    sent = content({"avs": "756.1", "rue": None, "type": "A"}, secret=["avs"])
    assert sent_values_by_question(lines, sent) == {"avs": [("avs", MASK)]}


def test_dates_are_words_and_equal_rows_are_named_once():
    lines = [
        MappedField(target="le", questions=("le",)),
        MappedField(target="castre", questions=("castre",)),
        MappedField(target="nom", list="chiens", questions=("chiens.nom",)),
    ]
    sent = content({"le": date(2026, 5, 2), "castre": False}, {"chiens": [{"nom": "Rex"}, {"nom": "Rex"}]})
    with override("fr"):
        found = sent_values_by_question(lines, sent)
    assert found == {
        "le": [("le", "2 mai 2026")],
        "castre": [("castre", "non")],
        "chiens": [("chiens.nom", "Rex")],
    }


def shown_to_agent(client, case) -> str:
    client.force_login(member())
    return client.get(reverse("cases:case", args=[case.reference])).content.decode()


@pytest.mark.django_db
def test_case_page_shows_which_system_got_an_answer(double, client):
    case = transmitted_case()
    assert "Registre des chiens, nom" not in shown_to_agent(client, case)  # nothing was sent yet
    send_all()
    found = Transmission.objects.get()
    receipt = Receipt(key=str(found.pk), state=ReceiptState.ACCEPTED, their_reference="CH-77")
    incoming_receipts.record_receipt(found.system, receipt)
    assert "Registre des chiens, nom\u00a0: MARCHETTI (accepté, CH-77)" in shown_to_agent(client, case)


@pytest.mark.django_db
def test_reason_of_a_refusal_stands_at_the_answer_it_names(double, client):
    case = transmitted_case()
    send_all()
    found = Transmission.objects.get()
    reasons = (FieldReason(field="nom", text="Nom inconnu"), FieldReason(field="", text="Registre fermé"))
    receipt = Receipt(key=str(found.pk), state=ReceiptState.REFUSED, reasons=reasons)
    incoming_receipts.record_receipt(found.system, receipt)
    assert "Registre des chiens, nom\u00a0: MARCHETTI (refusé, Nom inconnu)" in shown_to_agent(client, case)


@pytest.mark.django_db
def test_value_shown_is_the_sent_one_until_its_correction_leaves(double, client):
    case = transmitted_case()
    send_all()
    cases.correct_answer(
        actor=member(), case=Case.objects.get(pk=case.pk), field="nom", answer="Rochat", reason="Erreur"
    )
    before = shown_to_agent(client, case)
    send_all()
    after = shown_to_agent(client, case)
    assert "nom\u00a0: MARCHETTI" in before
    assert "nom\u00a0: ROCHAT" not in before
    assert "nom\u00a0: ROCHAT" in after


@pytest.mark.django_db
def test_value_stays_shown_until_its_withdrawal_has_left(double, client):
    case = transmitted_case()
    send_all()
    cases.withdraw_request(actor=applicant(case), case=Case.objects.get(pk=case.pk))
    assert "Registre des chiens, nom" in shown_to_agent(client, case)
    send_all()
    assert "Registre des chiens, nom" not in shown_to_agent(client, case)


@pytest.mark.django_db
def test_transmissions_are_read_once_if_the_service_has_any(double, client):
    double.answers = [("accepted",)]
    other, case = CaseFactory(), transmitted_case()
    send_all()
    process.advance_case(case.pk)
    assert reads_of_transmissions(client, other) == 0
    assert reads_of_transmissions(client, case) == 1


def reads_of_transmissions(client, case) -> int:
    """Return how many queries of the case page read transmissions, apart from the one on what keeps a closed case."""
    with CaptureQueriesContext(connection) as queries:
        shown_to_agent(client, case)
    table = f'"{Transmission._meta.db_table}"'
    return sum(one["sql"].partition(" FROM ")[2].startswith(table) for one in queries.captured_queries)
