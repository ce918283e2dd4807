"""People whom an applicant names: found in the household at its address, or shown to an agent."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from eservices.cases import actions as case_actions
from eservices.catalogue.definition.linter import lint_service
from eservices.formbuilder.definition import FormDefinition
from eservices.register import access, lookup_limits
from eservices.register.contrib.demo import DemoRegister
from eservices.register.declared_person import named
from eservices.register.models import RegisterCheck
from eservices.register.persons import RegisterPerson
from eservices.register.stages import AGAIN, NOBODY, RegisterCheckStage
from tests.factories.cases import DECISION, CaseFactory, member
from tests.factories.documents import DocumentTemplateFactory
from tests.factories.register import CHECK, ELODIE, ask, check_of
from tests.factories.submissions import certificate

pytestmark = pytest.mark.django_db
NOE = {"p_prenom": "Noé", "p_nom": "Marchetti", "p_naissance": "2019-09-02"}
INVENTED = {"p_prenom": "Zébulon", "p_nom": "Marchetti", "p_naissance": "2020-01-01"}
HOME = DemoRegister().person("ORV-1").address


def marked(key: str, kind: str, names: str) -> dict:
    return {"key": key, "type": kind, "settings": {"names": names}}


ROWS = [
    marked("p_prenom", "short_text", "given_names"),
    marked("p_nom", "short_text", "family_name"),
    marked("p_naissance", "date", "birth_date"),
]


GROUP = {"key": "personnes", "type": "group", "fields": ROWS}


def definition(rows: list | None = None, stages: list | None = None) -> dict:
    """The certificate, with a group of people to name."""
    content = certificate(stages=[CHECK, DECISION] if stages is None else stages)
    content["steps"][0]["fields"].append(GROUP | {"fields": ROWS if rows is None else rows})
    content["steps"][1]["fields"].append({"key": "adresse", "type": "address"})
    return content


def naming(*people: dict, **answers):
    """A case whose applicant, found in the register, names ``people``; the worker came."""
    answers = ELODIE | {"personnes": list(people)} | answers
    return ask(CaseFactory(stages=[CHECK, DECISION], asks=[GROUP], answers=answers))


def waits_for(case) -> str:
    return case.stages.get(type="register").waiting_for


def test_whoever_the_register_has_in_the_household_goes_on_by_itself():
    case = naming(NOE | {"p_prenom": "NOE"})
    assert case.stages.get(type="register").progress == "done"
    assert [one.key for one in access.answer_about(case).named] == ["ORV-2"]


def neighbour() -> RegisterPerson:
    """Somebody of another household at the same street and number."""
    return replace(DemoRegister().person("ORV-4"), address=HOME)


@pytest.mark.parametrize(
    "person",
    [
        INVENTED,
        NOE | {"p_naissance": "2019-09-03"},
        {"p_prenom": "Peter", "p_nom": "Schmid", "p_naissance": "1979-02-28"},
    ],
    ids=["invented", "another day", "another address"],
)
def test_whoever_is_not_found_at_the_address_waits_for_an_agent(person):
    case = naming(NOE, person)
    assert waits_for(case) == "agent"
    assert [one.key for one in access.answer_about(case).named] == ["ORV-2"]


def test_a_neighbour_at_the_same_address_waits_for_an_agent(monkeypatch):
    found = DemoRegister.find
    monkeypatch.setattr(DemoRegister, "find", lambda self, said: [*found(self, said), neighbour()])
    case = naming({"p_prenom": "Peter", "p_nom": "Schmid", "p_naissance": "1979-02-28"})
    assert waits_for(case) == "agent"
    assert check_of(case).named_checks[0].matched_person is None


def test_an_agent_sees_the_difference_of_each_person(client):
    case = naming(NOE | {"p_naissance": "2019-09-03"}, INVENTED)
    client.force_login(member())
    page = client.get(reverse("cases:case", args=[case.reference])).text
    for shown in ("3.09.2019", "2.09.2019", "Zébulon Marchetti", "Pas au registre"):
        assert shown in page.replace("\N{NO-BREAK SPACE}", " ")
    assert page.count('class="diff"') >= 2


def decide(case, **said):
    said = {"choice": "person:ORV-1"} | said
    case_actions.complete_stage_task(actor=member(), case=case, stage="check", data=said)
    return ask(case)


def test_an_agent_says_who_it_is_or_leaves_the_person_out(client):
    case = naming(NOE | {"p_naissance": "2019-09-03"}, INVENTED)
    client.force_login(member())
    url = reverse("cases:stage", args=[case.reference, "check"])
    assert client.post(url, {"choice": "person:ORV-1"}).status_code == 422
    said = {"choice": "person:ORV-1", "named_0": "person:ORV-2", "named_1": NOBODY}
    assert client.post(url, said).status_code == 302
    assert [one.key for one in access.answer_about(ask(case)).named] == ["ORV-2"]


def test_an_agent_cannot_choose_somebody_of_another_address(client):
    case = naming({"p_prenom": "Peter", "p_nom": "Schmid", "p_naissance": "1979-02-28"})
    client.force_login(member())
    url = reverse("cases:stage", args=[case.reference, "check"])
    refused = client.post(url, {"choice": "person:ORV-1", "named_0": "person:ORV-4"})
    assert refused.status_code == 422
    assert waits_for(case) == "agent"


def test_asking_again_looks_at_the_answers_in_force():
    case = naming(INVENTED)
    case.amended = {"personnes": [NOE]}
    case.save()
    case = decide(case, choice=AGAIN)
    assert [one.key for one in access.answer_about(case).named] == ["ORV-2"]


def test_whoever_names_others_is_counted_even_about_herself(monkeypatch):
    monkeypatch.setattr(lookup_limits, "BY_SENDER", 1)
    naming(NOE)
    assert check_of(naming(NOE)).outcome == "too_many"


def test_erasing_a_case_forgets_the_people_named():
    from eservices.register import actions

    case = naming(NOE)
    actions.erase_checks(actor=None, case=case)
    assert RegisterCheck.objects.get().named == []


def test_people_are_read_as_the_form_marks_them():
    """A row of a group, the marked answers of a step, and a question for a person each name somebody."""
    content = definition()
    hidden = {"field": "pour", "operator": "equals", "value": "autre"}
    person = {"key": "enfant", "type": "person", "settings": {"more": ["born"], "names": "person"}}
    content["steps"][2]["fields"] += [one | {"key": f"s_{one['key']}"} for one in ROWS]
    content["steps"][3]["fields"] += [person, person | {"key": "absent", "condition": hidden}]
    born = {"first_name": "Léa", "last_name": "Rochat", "born": "2020-02-02"}
    answers = {"pour": "autre", "personnes": [NOE], "enfant": born, "s_p_prenom": "Tom", "s_p_nom": "Blanc"}
    found = named(FormDefinition(content), answers, date(2026, 11, 1))
    assert [one.name for one in found] == ["Noé Marchetti", "Tom Blanc", "Léa Rochat"]
    assert named(FormDefinition(content), answers | {"pour": "moi"}, date(2026, 11, 1))[1:] == found[2:]


def test_marks_that_do_not_identify_a_person_are_refused():
    wrong = [str(fault) for fault in lint_service(definition(rows=ROWS[:2])) if fault.path == "stage.check"]
    assert any("p_prenom, p_nom" in fault for fault in wrong)
    unknown = lint_service(definition(rows=[ROWS[0], ROWS[1], marked("p_naissance", "date", "given_names")]))
    assert any(fault.path == "field.p_naissance.settings.names" for fault in unknown)


def test_a_register_document_is_refused_without_a_register_check():
    DocumentTemplateFactory(facts="")
    document = {"key": "doc", "type": "document", "settings": {"template": "attestation-domicile"}}
    faulty = [
        any(fault.path == "stage.doc" for fault in lint_service(definition(stages=stages)))
        for stages in ([DECISION, document], [document, CHECK, DECISION], [CHECK, DECISION, document])
    ]
    assert faulty == [True, True, False]


def test_nobody_goes_on_to_a_document_of_the_register():
    """An applicant whom the register does not know would pay for a document that cannot be issued."""
    DocumentTemplateFactory(facts="")
    document = {"key": "doc", "type": "document", "settings": {"template": "attestation-domicile"}}
    offered = []
    for following in ([DECISION], [DECISION, document]):
        case = ask(CaseFactory(stages=[CHECK, *following], answers=ELODIE | {"naissance": "1988-04-18"}))
        row = case.stages.get(type="register")
        form = RegisterCheckStage().form(case, row, CHECK["settings"])
        offered.append([value for value, _label in form.fields["choice"].choices])
    assert offered == [["person:ORV-1", NOBODY, AGAIN], ["person:ORV-1", AGAIN]]
    assert "refusez la demande" in RegisterCheckStage().waiting_reason(case, row, CHECK["settings"])


def test_a_commune_without_a_register_is_told_that_nothing_goes_on_by_itself(settings):
    settings.REGISTER = "none"
    assert any(fault.path == "stage.check" for fault in lint_service(definition(rows=ROWS)))
