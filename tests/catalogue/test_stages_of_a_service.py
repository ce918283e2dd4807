"""Stages that editors configure: imported and exported without loss, refused where they would fail an applicant."""

import json
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from eservices.cases import audit_log, process
from eservices.cases.models import Case
from eservices.cases.stages import stages_for_editors
from eservices.catalogue.definition import linter
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.models import Form
from tests.factories.cases import TeamFactory
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.random_answers import Walker
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db

RISK = {"type": "choice", "key": "risque", "label": "Risque", "choices": "faible\nélevé", "required": True}
SETTINGS = {
    "check": {"items": "Le bail\nLa pièce"},
    "decision": {"four_eyes": True},
    "question": {"format": 2, "text": "Le bail ?", "days": 10, "reminders": "5, 8", "close": True},
    "wait": {"days": 3, "all_days": True},
    "notify": {"subject": "Prêt", "text": "Venez.", "sms": True},
    "team": {"team": "habitants"},
    "fill": {"fields": [RISK, {"type": "integer", "key": "agents", "label": "Agents"}]},
    "opinions": {
        "text": "Votre avis ?",
        "asked": [
            {"name": "Habitants", "team": "habitants", "days": 5},
            {"name": "SDIS", "email": "sdis@region.example", "days": 7},
        ],
        "enough": 1,
        "silence": True,
    },
    "outside": {"name": "le canton", "url": "https://vd.example/", "text": "Déposez-la.", "days": 20},
}


def laid(**settings) -> list[dict]:
    """Build a stage of each type; its key contains its type."""
    return [
        {"key": f"s_{kind}", "type": kind, "settings": {"format": 1, **said}}
        for kind, said in (settings or SETTINGS).items()
    ]


def service(stages: list[dict]) -> dict:
    """Build the usual service with these stages; their texts are among the texts too, as in an export."""
    said = {
        f"stage.{one['key']}.{name}": one["settings"][name]
        for one in stages
        for name in ("items", "text", "subject") + (("name",) if one["type"] == "outside" else ())
        if name in one["settings"]
    }
    texts = {language: dict(found) for language, found in SERVICE["texts"].items()}
    texts["fr"] |= said
    return SERVICE | {"stages": stages, "texts": texts}


def only_if(stage: dict, key: str, value) -> dict:
    return stage | {"condition": {"field": key, "operator": "equals", "value": value}}


def faults(definition: dict) -> list[str]:
    return [str(fault) for fault in linter.publication_errors(definition)]


@pytest.mark.parametrize(
    ("kind", "text", "refused"),
    [
        ("notify", "Bonjour {prenom}, dossier {reference}, de {team}.", False),
        ("notify", "Bonjour {nobody}", True),
        ("notify", "Bonjour {prenom", True),
        ("question", "{prenom}, que manque-t-il ?", False),
        ("question", "{nobody}", True),
        ("opinions", "Que pensez-vous de {prenom} ?", True),
    ],
)
def test_placeholders_of_a_stage_are_known_or_refused(kind, text, refused):
    TeamFactory(key="habitants")
    found = faults(service(laid(**{kind: SETTINGS[kind] | {"text": text}})))
    assert bool(found) == refused, found
    stages = laid(**{kind: SETTINGS[kind] | {"text": text}})
    assert bool(faults(SERVICE | {"stages": stages})) == refused, "in the settings alone"


def test_result_of_a_later_stage_is_no_placeholder():
    TeamFactory(key="habitants")
    said = {"notify": {"subject": "Prêt", "text": "{risque}"}, "fill": {"fields": [RISK]}}
    assert faults(service(laid(**said)))
    assert not faults(service(laid(**dict(reversed(said.items())))))


@pytest.mark.parametrize("path", ["field.motif.label", "step.motif.intro", "title", "fee.prix", "check.x"])
def test_placeholders_are_refused_where_nothing_replaces_them(path):
    texts = {"fr": SERVICE["texts"]["fr"] | {path: "Bonjour {prenom}"}}
    assert any("{prenom}" in one for one in faults(SERVICE | {"texts": texts}))


def test_placeholders_are_refused_in_page_texts():
    page = {"situations": [], "texts": {"fr": {"lead": "Bonjour {prenom}"}}}
    assert any("{prenom}" in one for one in faults(SERVICE | {"page": page}))


def test_every_stage_type_is_offered_to_editors():
    assert set(SETTINGS) <= set(stages_for_editors())


def test_stages_are_exported_as_imported_and_shown_to_editors(client):
    definition = service(laid())
    page = make_service(definition=definition)
    assert export_definition(page) == definition

    client.force_login(make_editor())
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    questions = json.loads(
        shown.partition('id="form-questions" type="application/json">')[2].partition("</script>")[0]
    )
    kept = {one["key"]: one for one in questions["kept"]["questions"]}
    assert kept["risque"]["options"] == [["faible", "faible"], ["élevé", "élevé"]]
    assert set(kept) == {
        *("s_check_result", "s_question_result", "s_opinions_result", "s_outside_result", "risque", "agents")
    }


def test_old_reminder_setting_is_converted():
    older = {"text": "Le bail ?", "days": 10, "remind": 2, "close": True}
    page = make_service(definition=service(laid(question=older)))
    assert page.stages[0].value["settings"]["reminders"] == "8"
    raw = [dict(page.stages.raw_data[0])]
    raw[0]["value"] = raw[0]["value"] | {"settings": older}
    page.stages = ServicePage._meta.get_field("stages").stream_block.to_python(raw)
    assert page.stages[0].value["settings"]["reminders"] == "8"
    assert not faults(service(laid(question=older)))


def test_imported_question_has_no_reminders_but_a_new_one_has():
    page = make_service(definition=service(laid(question={"text": "Le bail ?", "days": 5})))
    assert page.stages[0].value["settings"]["reminders"] == ""
    assert not faults(export_definition(page))
    laid_anew = stages_for_editors()["question"]().settings_block().get_default()
    assert (laid_anew["days"], laid_anew["reminders"]) == (10, "5, 8")


def test_field_for_agents_gets_a_stable_key_from_its_label():
    page = make_service(definition=service(laid(fill=SETTINGS["fill"])))
    stage = page.stages[0]
    for label in ("Motif", "Nombre d’agents"):
        stage.value["settings"]["fields"].append(
            ("short_text", {"label": label, "key": "", "required": False})
        )
    page.save_revision().publish()
    page = ServicePage.objects.get(pk=page.pk)
    page.stages[0].value["settings"]["fields"][3].value["label"] = "Combien"
    page.save_revision().publish()
    fields = Form.objects.get().current.definition.stages[0].settings["fields"]
    assert [one["key"] for one in fields] == ["risque", "agents", "motif_2", "nombre_dagents"]


# -- Frozen with the version ---------------------------------------------------------------------------------
def lay_otherwise(editor, page) -> None:
    """Publish changed stages, as the editor's screen does.

    The check is removed, the message goes before the decision, and another check after it.
    """
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    added = {"order": 4, "type": "check", "deleted": "", "id": "", "value-key": "registre"}
    added |= {"value-settings-items": "Le registre", "value-condition": "null"}
    changed = {"stages-0-deleted": "1", "stages-1-order": 2, "stages-2-order": 1, "stages-count": 4}
    changed |= {f"stages-3-{name}": value for name, value in added.items()}
    posted = editor.post(url, page_form(editor, url, **changed, **{"action-publish": "1"}))
    assert posted.url == reverse("wagtailadmin_explore", args=[page.get_parent().pk])  # published


def filed(page) -> Case:
    """Send a new submission and return its advanced case."""
    return advanced(Walker(Client(), page.online_form.current, Random(1)).walk().case)


def advanced(case: Case) -> Case:
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def accept(agent, case: Case) -> Case:
    agent.post(
        reverse("cases:do", args=[case.reference, "accept"]), {"seen": audit_log.last_relevant_event(case)}
    )
    return advanced(case)


def check(agent, case: Case, stage: str, items: int) -> Case:
    verdicts = {f"verdict_{number}": "right" for number in range(items)}
    agent.post(reverse("cases:stage", args=[case.reference, stage]), verdicts)
    return advanced(case)


def at(case: Case) -> tuple:
    """Return the keys of the completed stages in order, and of the current stage."""
    done = case.stages.filter(progress="done").order_by("done_at").values_list("key", flat=True)
    return [*done], getattr(process.current_stage(case), "key", None)


def test_case_keeps_the_stages_of_its_version(client):
    before = laid(check=SETTINGS["check"], decision={}, notify={"subject": "Prêt", "text": "Venez."})
    page = make_service(definition=service(before), lead="Elle prouve où vous habitez.")
    client.force_login(make_editor())
    old = filed(page)
    lay_otherwise(client, page)
    new = filed(ServicePage.objects.get(pk=page.pk))

    assert at(old) == ([], "s_check")
    assert at(new) == (["s_notify"], "s_decision")

    assert at(old := check(client, old, "s_check", items=2)) == (["s_check"], "s_decision")
    assert at(old := accept(client, old)) == (["s_check", "s_decision", "s_notify"], None)
    assert at(new := accept(client, new)) == (["s_notify", "s_decision"], "registre")
    assert at(new := check(client, new, "registre", items=1)) == (
        ["s_notify", "s_decision", "registre"],
        None,
    )
    assert not old.is_open
    assert not new.is_open


def test_condition_refers_to_results_of_earlier_stages_only():
    TeamFactory()
    fill, tell = laid(fill=SETTINGS["fill"], notify=SETTINGS["notify"])
    assert not faults(service([fill, only_if(tell, "risque", "élevé")]))
    assert any("risque" in one for one in faults(service([only_if(tell, "risque", "élevé"), fill])))
    assert any("inconnu" in one for one in faults(service([fill, only_if(tell, "risque", "inconnu")])))


@pytest.mark.parametrize(
    ("kind", "stated", "said"),
    [
        ("check", {"items": " \n"}, "rien à contrôler"),
        ("question", {"text": "?", "days": 2, "remind": 2}, "rappel"),
        ("question", {"format": 2, "text": "?", "days": 5, "reminders": "2, 5"}, "rappel"),
        ("question", {"format": 2, "text": "?", "days": 5, "reminders": "3, 2"}, "rappel"),
        ("question", {"format": 2, "text": "?", "days": 5, "reminders": "deux"}, "deux"),
        ("wait", {}, "n’attend rien"),
        ("wait", {"answer": "nulle"}, "nulle"),
        ("notify", {"subject": "a", "text": "b" * 500, "sms": True}, "SMS"),
        ("team", {"team": "nowhere"}, "nowhere"),
        ("fill", {}, "rien à remplir"),
        ("fill", {"fields": [RISK | {"choices": ""}]}, "options"),
        ("fill", {"fields": [RISK | {"key": "motif"}]}, "motif"),
        ("opinions", {"text": "?", "asked": [{"name": "A", "days": 1}]}, "équipe"),
        ("opinions", {"text": "?", "asked": [{"name": "A", "team": "nowhere", "days": 1}]}, "nowhere"),
        ("opinions", {"text": "?"}, "consulté"),
        ("outside", {"name": "x", "url": "ftp://x"}, "https"),
    ],
)
def test_harmful_settings_of_a_stage_prevent_publication(kind, stated, said):
    assert any(said in one for one in faults(service(laid(**{kind: stated}))))
