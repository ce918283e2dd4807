"""Uses of answers in other systems: the rule, and the case page."""

import pytest
from django.urls import reverse

from eservices.cases import actions as cases
from eservices.cases.models import Case
from eservices.connectors.business_system import Receipt, ReceiptState
from eservices.connectors.transmissions import incoming_receipts
from eservices.connectors.transmissions.logic.answer_uses import sent_values_by_question
from eservices.connectors.transmissions.logic.mapping import FIXED, MappedField, pack_row
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
def test_withdrawn_request_shows_no_value_there_any_more(double, client):
    case = transmitted_case()
    send_all()
    cases.withdraw_request(actor=applicant(case), case=Case.objects.get(pk=case.pk))
    send_all()
    assert Transmission.objects.count() == 2
    assert "Registre des chiens, nom" not in shown_to_agent(client, case)


@pytest.mark.django_db
def test_service_that_transmits_nothing_reads_no_transmission(client, django_assert_max_num_queries):
    case = CaseFactory()
    with django_assert_max_num_queries(200) as queries:
        shown_to_agent(client, case)
    assert not [one for one in queries.captured_queries if "transmission" in one["sql"]]
