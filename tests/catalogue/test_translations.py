"""Translation of every text of a service, and synchronization of translations with their source."""

import copy
import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation, TranslationSource
from wagtail_localize.operations import translate_object
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.segments.types import StringSegmentValue

from eservices.catalogue import actions
from eservices.catalogue.definition import translation_sync
from eservices.catalogue.definition.compiler import compile_definition
from eservices.catalogue.definition.translation_texts import segment_paths
from eservices.catalogue.editor.actions import create_service_from_starter
from eservices.catalogue.jobs import wake_translation_sync
from eservices.catalogue.models import ServicePage, TranslationUpdate
from eservices.catalogue.tasks import sync_translations as wake
from eservices.catalogue.translation_updates import run_translation_update
from eservices.formbuilder.linter import WARNING, lint_definition
from eservices.formbuilder.models import Form
from tests.factories.bookings import resource
from tests.factories.cases import TeamFactory
from tests.factories.catalogue import SERVICE, make_counter, make_editor, make_service, with_page_texts
from tests.factories.formbuilder import content, question, step
from tests.factories.home import translated
from tests.factories.large_forms import every_question

pytestmark = pytest.mark.django_db

DEMO = sorted((Path(settings.BASE_DIR) / "mysite/demo/services").glob("*.json"))
GERMAN = {
    "title": "Wohnsitzbestätigung",
    "step.identite.title": "Ihre Angaben",
    "field.prenom.label": "Vorname",
    "field.nom.label": "Name",
    "option.motif.bail": "Mietvertrag",
}


def in_german() -> dict:
    """Build the definition of the service with its German texts."""
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = dict(GERMAN)
    return definition


@pytest.fixture(scope="module")
def published(module_db) -> ServicePage:
    """Create a service in French and German."""
    index = make_counter()
    translated(index, "de", title="Online-Schalter")
    german_lead = {"de": {"lead": "Sie beweist."}}
    return make_service(index, in_german(), lead="Elle prouve.", translations=german_lead)


def german(page: ServicePage) -> ServicePage:
    return page.get_translation(Locale.objects.get(language_code="de"))


def add_question(page: ServicePage, position: int = 0) -> None:
    page = ServicePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    page.form[0].value["fields"].insert(position, ("short_text", {"label": "Étage", "required": False}))
    page.save_revision().publish()


def everything() -> dict:
    """Build a form that has every text a definition can have."""
    made = content(
        step("tout", question("s0", "yes_no"), *every_question(), intro="x", checks=[_check()]),
        slug="tout",
        fees=[{"key": "prix", "amount": 100}],
        stages=[
            {"key": "avis", "type": "notify", "settings": {"format": 1, "subject": "Reçu", "text": "Merci."}},
            {"key": "decision", "type": "decision", "settings": {"format": 1}},
        ],
    )
    del made["steps"][0]["intro"]
    texts = made["texts"]["fr"]
    texts["step.tout.intro"] = "Tout ce qui peut être demandé."
    for field in made["steps"][0]["fields"]:
        names = ("label", "help", "note", "note_title", "text", "row")
        kind = SAYS.get(field["type"], ("label", "help", "note", "note_title"))
        texts |= {f"field.{field['key']}.{name}": f"{name} {field['key']}" for name in names if name in kind}
        for option in field.get("options", []):
            texts[f"option.{field['key']}.{option['value']}.help"] = f"aide {option['value']}"
    texts |= {"stage.avis": "Avis", "stage.avis.subject": "Reçu", "stage.avis.text": "Merci."}
    return made


def _check() -> dict:
    return {"key": "sur", "condition": {"field": "s0", "operator": "equals", "value": True}}


SAYS = {"static_text": ("label", "text"), "group": ("label", "help", "note", "note_title", "row")}


# -- Every text ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["everything", *(path.stem for path in DEMO)])
def test_texts_of_a_definition_are_the_strings_to_translate(counter, name):
    path = next((path for path in DEMO if path.stem == name), None)
    definition = json.loads(path.read_text()) if path else everything()
    page = actions.import_service(actor=None, index=counter, definition=definition, publish=False)
    page = page.get_latest_revision_as_object()
    offered = {
        segment.path: segment.render_text()
        for segment in extract_segments(page)
        if isinstance(segment, StringSegmentValue)
        and segment.path.split(".")[0] in ("title", "form", "fees", "stages")
    }
    paths = segment_paths(page)
    said = {paths[path]: text for path, text in definition["texts"]["fr"].items()}
    assert offered == said


def test_keys_conditions_and_limits_are_not_translated(counter):
    resource("salle")
    page = make_service(counter, everything())
    names = {segment.path.rsplit(".", 1)[-1] for segment in extract_segments(page)}
    assert names.isdisjoint(
        {"key", "value", "condition", "quantity", "team", "pattern", "min", "autocomplete"}
    )


# -- Missing texts -------------------------------------------------------------------------------------------
def test_untranslated_text_falls_back_with_a_warning(page):
    version = Form.objects.get().current
    assert version.content["texts"]["de"] == GERMAN
    assert version.definition.text("field.motif.label", "de") == "Motif"
    missing = [
        fault
        for fault in lint_definition(compile_definition(page, [german(page)]))
        if fault.level == WARNING and fault.language
    ]
    assert {fault.language for fault in missing} == {"de"}
    assert {fault.path for fault in missing} == set(SERVICE["texts"]["fr"]) - set(GERMAN)


# -- Synchronization -----------------------------------------------------------------------------------------
def test_new_question_is_in_the_translation_after_half_a_minute(page):
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        add_question(page)
        assert len(german(page).form[0].value["fields"]) == 3
        clock.shift(30)
        wake_translation_sync(timezone.now())
    fields = german(page).form[0].value["fields"]
    assert [field.value["label"] for field in fields] == ["Étage", "Vorname", "Name", "courriel"]
    assert [field.value["key"] for field in fields] == ["etage", "prenom", "nom", "courriel"]
    assert not TranslationUpdate.objects.exists()
    assert "field.etage.label" not in Form.objects.get().current.content["texts"]["de"]


@pytest.fixture
def stored(settings, monkeypatch):
    """Store tasks in the database for a worker, as outside the tests."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


def woken(page: ServicePage):
    """Return the waiting tasks for the translations of a service."""
    waiting = DBTaskResult.objects.ready().filter(task_path=wake.module_path)
    return [one for one in waiting if one.args_kwargs["args"] == [page.pk]]


def test_publishing_enqueues_the_synchronization(stored, django_capture_on_commit_callbacks, page):
    run_translation_update(page.pk)

    with django_capture_on_commit_callbacks(execute=True):
        add_question(page)
        assert not woken(page)  # a worker faster than the commit would find nothing to do
    assert len(woken(page)) == 1
    assert len(german(page).form[0].value["fields"]) == 3
    call_command("worker", batch=True, interval=0)

    fields = german(page).form[0].value["fields"]
    assert [field.value["label"] for field in fields] == ["Étage", "Vorname", "Name", "courriel"]
    assert not TranslationUpdate.objects.exists()
    assert not woken(page)


def test_publication_succeeds_if_no_task_can_be_enqueued(
    monkeypatch, django_capture_on_commit_callbacks, page
):
    monkeypatch.setattr(actions, "sync_translations", None)

    with django_capture_on_commit_callbacks(execute=True):
        add_question(page)

    assert TranslationUpdate.objects.filter(page=page).exists()


def test_publishing_without_translations_enqueues_nothing(
    stored, django_capture_on_commit_callbacks, counter
):
    page = make_service(counter, SERVICE | {"slug": "autre"})

    with django_capture_on_commit_callbacks(execute=True):
        add_question(page)

    assert not woken(page)
    assert not TranslationUpdate.objects.exists()


def test_changed_text_needs_a_new_translation(page):
    page.form[0].value["title"] = "Qui êtes-vous ?"
    page.save_revision().publish()
    run_translation_update(page.pk)
    assert german(page).form[0].value["title"] == "Qui êtes-vous ?"
    assert "step.identite.title" not in Form.objects.get().current.content["texts"]["de"]


def test_page_texts_are_synchronized(page):
    assert german(page).lead == "Sie beweist."
    page.who = "Habitants"
    page.save_revision().publish()
    run_translation_update(page.pk)
    assert (german(page).lead, german(page).who) == ("Sie beweist.", "Habitants")


def test_unpublished_translation_is_synchronized_as_a_draft(page):
    german(page).unpublish()
    add_question(page)
    run_translation_update(page.pk)
    assert not german(page).live
    assert len(german(page).get_latest_revision_as_object().form[0].value["fields"]) == 4


def test_translation_edited_separately_is_left_alone(page):
    Translation.objects.update(enabled=False)
    add_question(page)
    run_translation_update(page.pk)
    assert len(german(page).form[0].value["fields"]) == 3


def test_service_in_one_language_needs_no_synchronization(counter):
    page = make_service(counter, SERVICE | {"slug": "autre"})
    add_question(page)
    assert not TranslationUpdate.objects.exists()
    assert not TranslationSource.objects.filter(object=page.translation_key).exists()


def test_synchronization_keeps_newer_translations(page):
    StringTranslation.objects.filter(data="Vorname").update(data="Rufname")
    add_question(page)
    run_translation_update(page.pk)
    assert german(page).form[0].value["fields"][1].value["label"] == "Rufname"


# -- Failures ------------------------------------------------------------------------------------------------
def test_failed_synchronization_is_retried_later(monkeypatch, page):
    add_question(page)
    with monkeypatch.context() as patched:
        patched.setattr(translation_sync, "sync_translations", _fails)
        run_translation_update(page.pk)
    waiting = TranslationUpdate.objects.get()
    assert waiting.due_at > timezone.now()
    wake_translation_sync(timezone.now())
    assert len(german(page).form[0].value["fields"]) == 3
    with time_machine.travel(waiting.due_at):
        wake_translation_sync(timezone.now())
    assert len(german(page).form[0].value["fields"]) == 4


def test_synchronization_of_a_killed_worker_is_resumed(monkeypatch, page):
    add_question(page)
    with monkeypatch.context() as patched:
        patched.setattr(translation_sync, "sync_translations", _dies)
        with pytest.raises(KeyboardInterrupt):
            run_translation_update(page.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        wake_translation_sync(timezone.now())
    assert len(german(page).form[0].value["fields"]) == 4


def test_publication_during_a_synchronization_is_not_missed(monkeypatch, page):
    add_question(page)
    real = translation_sync.sync_translations

    def slow(*args):
        real(*args)
        add_question(page, 1)

    with monkeypatch.context() as patched:
        patched.setattr(translation_sync, "sync_translations", slow)
        run_translation_update(page.pk)
    wake_translation_sync(timezone.now())
    assert len(german(page).form[0].value["fields"]) == 5


def test_imported_texts_replace_older_ones(page, counter):
    again = in_german()
    again["texts"]["de"]["field.nom.label"] = "Familienname"
    make_service(counter, with_page_texts(again))
    assert german(page).form[0].value["fields"][1].value["label"] == "Familienname"


def _fails(page, definition):
    raise RuntimeError("The database is on holiday.")


def _dies(page, definition):
    raise KeyboardInterrupt


def test_first_translation_uses_the_latest_publication(counter):
    """Start from a starter: it brings its texts in other languages, and what is added since is offered too."""
    page = create_service_from_starter(actor=make_editor(), index=counter, starter="contact")
    page.team = TeamFactory().key
    page.save_revision()
    add_question(page)
    run_translation_update(page.pk)
    page = ServicePage.objects.get(pk=page.pk)
    translate_object(page, [Locale.objects.get(language_code="de")])
    fields = german(page).form[0].value["fields"]
    assert fields[0].value["label"] == "Étage"
    assert fields[1].value["label"] != page.form[0].value["fields"][1].value["label"]


def test_translation_screen_offers_every_text_of_the_form(client, page):
    client.force_login(make_editor())
    screen = client.get(f"/admin/pages/{german(page).pk}/edit/").content.decode()
    props = json.loads(unescape(re.search(r'data-props="([^"]+)"', screen)[1]))
    offered = {segment["contentPath"] for segment in props["segments"]}
    form = {path for path in segment_paths(page).values() if path.startswith("form.")}
    assert {path for path in offered if path.startswith("form.")} <= form
    assert f"form.{page.form[0].id}.title" in offered
    assert any(path.endswith(".label") and ".fields." in path for path in offered)
    assert any(".options." in path for path in offered)


def places_of_texts(client, page: ServicePage) -> dict[str, tuple[str, str]]:
    """Return the location that the translation screen shows for each text, by text."""
    client.force_login(make_editor())
    screen = client.get(f"/admin/pages/{german(page).pk}/edit/").content.decode()
    props = json.loads(unescape(re.search(r'data-props="([^"]+)"', screen)[1]))
    return {
        segment["source"]: (segment["location"]["field"], segment["location"]["subField"])
        for segment in props["segments"]
        if segment["type"] == "string"
    }


def test_translation_screen_names_the_step_and_question(client, page):
    places = places_of_texts(client, page)
    assert places["prenom"] == ("Étape « identite »", "Texte court › Question")
    assert places["bail"] == ("Étape « motif »", "Un choix parmi plusieurs « Motif » › Option › Réponse")
    assert places["identite"] == ("Étape « identite »", "Titre")
    assert places["Attestation de domicile"] == ("Titre", None)


def test_long_step_title_is_shortened(client, counter):
    definition = in_german() | {"slug": "autre"}
    definition["texts"]["fr"]["step.motif.title"] = "Pourquoi vous avez besoin de cette attestation"
    places = places_of_texts(client, make_service(counter, definition))
    assert places["bail"][0] == "Étape « Pourquoi vous avez besoin de cette atte… »"
