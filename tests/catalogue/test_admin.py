"""Editors' screens of a service, and what wagtail-localize gets to translate."""

import copy
from datetime import timedelta
from unittest.mock import Mock

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import GroupApprovalTask, Locale, Workflow, WorkflowPage, WorkflowTask
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.segments.extract import extract_segments

from eservices.catalogue.editor.form_outline import form_tree_of
from eservices.catalogue.editor.form_tree import walk_blocks
from eservices.catalogue.models import LifeSituation, ServicePage
from eservices.catalogue.wagtail_hooks import refuse_faulty_service
from home.jobs import publish_scheduled
from tests.catalogue.test_form_outline import latest
from tests.factories.bookings import resource
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.formbuilder import EVERY_TYPE, content, question, step, when
from tests.factories.home import translated
from tests.factories.payments import entry
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


def everything() -> dict:
    """Build a form with every text that a form can have."""
    check = {"key": "ordre", "condition": when("nombre", "gt", 1)}
    made = content(step("tout", *copy.deepcopy(EVERY_TYPE), checks=[check]), slug="tout")
    made["settings"]["applicant"] = {"email": "courriel", "phone": "tel"}
    made["fees"] = [{"key": "prix", "amount": 1500}]
    texts = made["texts"]["fr"]
    texts["step.tout.intro"] = "Une introduction."
    texts["fee.prix"] = "Émolument"
    for field in EVERY_TYPE:
        if field["type"] == "static_text":
            texts["field.note.text"] = "Un texte."
        else:
            for name in ("help", "note", "note_title"):
                texts[f"field.{field['key']}.{name}"] = f"{name} de {field['key']}"
    texts["field.enfants.row"] = "Enfant"
    for value in "ab":
        texts[f"option.un.{value}.help"] = f"Aide {value}"
    return made


def test_editor_opens_with_the_form_and_its_stages(editor, counter):
    page = make_service(counter, everything())
    answer = editor.get(f"/admin/pages/{page.pk}/edit/")
    assert answer.status_code == 200
    assert "js/condition.js" in answer.content.decode()


def test_editor_offers_life_situations_in_the_page_language(editor, page):
    german = Locale.objects.get_or_create(language_code="de")[0]
    LifeSituation.objects.create(locale=page.locale, name="Je me marie", slug="mariage")
    LifeSituation.objects.create(locale=german, name="Ich heirate", slug="mariage")
    shown = editor.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "Je me marie" in shown
    assert "Ich heirate" not in shown


def test_new_service_can_be_created(editor, counter):
    answer = editor.get(f"/admin/pages/add/eservices_catalogue/servicepage/{counter.pk}/?empty")
    assert "outline#begin" in answer.content.decode()


def test_every_text_of_a_form_is_offered_for_translation(counter):
    page = make_service(counter, everything())
    texts = {t for path, t in everything()["texts"]["fr"].items() if not path.startswith("title")}
    segments = extract_segments(page)
    offered = {
        segment.string.render_text()
        for segment in segments
        if segment.path.startswith(("form.", "fees.", "stages.")) and not segment.is_empty()
    }
    assert offered == texts


def test_translation_changes_texts_and_no_keys(counter):
    german, _ = Locale.objects.get_or_create(language_code="de")
    translated(counter, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung"}
    page = make_service(counter, definition)
    source = TranslationSource.objects.get_for_instance(page)
    assert Translation.objects.filter(source=source, target_locale=german, enabled=True).exists()
    twin = page.get_translation(german)
    assert [block.value["key"] for block in twin.form] == [block.value["key"] for block in page.form]
    assert [block.id for block in twin.form] == [block.id for block in page.form]


def test_publishing_is_refused_with_links_to_the_problems(rf, page):
    request = rf.post("/")
    request._messages = Mock()
    assert refuse_faulty_service(request, page) is None
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    assert refuse_faulty_service(request, page).url == f"/admin/pages/{page.pk}/edit/"
    step_id, question = page.form[1].id, page.form[1].value["fields"][1].id
    [said] = [call.args[1] for call in request._messages.add.call_args_list]
    assert f'href="/admin/pages/services/{page.pk}/steps/{step_id}/#block-{question}"' in said


def test_duplicated_question_gets_its_own_key(page):
    fields = page.form[0].value["fields"]
    fields.append(("short_text", dict(fields[0].value)))
    page.save_revision()
    assert [field.value["key"] for field in fields][-1] == "prenom_2"


def test_blocks_of_the_form_are_in_no_migration():
    for name in ("form", "fees", "stages"):
        _, path, args, kwargs = ServicePage._meta.get_field(name).deconstruct()
        assert path == "django.db.models.JSONField"
        assert not args
        assert set(kwargs) <= {"blank", "default", "verbose_name"}


def test_new_question_appears_in_every_language(counter):
    translated(counter, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung", "step.identite.title": "Sie"}
    page = make_service(counter, definition)
    page.form[0].value["fields"].append(("short_text", {"label": "Étage", "required": False}))
    page.save_revision().publish()
    current = page.online_form.current.definition
    assert "etage" in current.fields
    assert current.text("field.etage.label", "de") == "Étage"
    assert current.text("step.identite.title", "de") == "Sie"


def test_question_in_a_new_group_gets_a_key(page):
    page.form[0].value["fields"].append(
        ("group", {"label": "Enfants", "fields": [("short_text", {"label": "Prénom"})], "required": False})
    )
    page.save_revision()
    group = page.form[0].value["fields"][-1].value
    assert (group["key"], group["fields"][0].value["key"]) == ("enfants", "prenom_2")


def test_draft_can_be_previewed_before_its_first_publication(counter):
    page = ServicePage(title="Nouveau", slug="nouveau", locale=counter.locale, live=False)
    counter.add_child(instance=page)
    answer = page.make_preview_request()
    assert answer.status_code == 200
    assert "Nouveau" in answer.render().content.decode()


def test_revision_comparison_is_in_words(editor, page):
    page.form[1].value["fields"][1].value["condition"] = when("motif", value="bail")
    page.form[1].value["title"] = "Pourquoi"
    page.form[0].value["fields"].append(("phone", {"label": "Téléphone", "required": False}))
    del page.form[0].value["fields"][0]
    page.save_revision()
    answer = editor.get(f"/admin/pages/{page.pk}/revisions/compare/earliest...latest/")
    shown = " ".join(BeautifulSoup(answer.content, "html.parser").select_one(".form-changes").text.split())
    for words in (
        f"Téléphone {_('Added in “%(place)s”') % {'place': 'identite'}}",
        f"prenom {_('Removed from “%(place)s”') % {'place': 'identite'}}",
        "motifPourquoi",
        "bail",
    ):
        assert " ".join(words.split()) in shown
    assert "courriel" not in shown


def test_revisions_with_the_same_form_show_no_form_changes(editor, page):
    page.title = "Autre titre"
    page.save_revision()
    answer = editor.get(f"/admin/pages/{page.pk}/revisions/compare/earliest...latest/").content.decode()
    assert "Autre titre" in answer
    assert "form-changes" not in answer


def test_earlier_revision_is_restored_with_its_form(editor, page):
    before = page.latest_revision
    page.form[0].value["title"] = "Autrement"
    page.save_revision()
    url = f"/admin/pages/{page.pk}/revisions/{before.pk}/revert/"
    shown = editor.get(url).content.decode()
    assert "identite" in shown
    assert "data-do=" not in shown
    assert _("This is an earlier version. Save it to bring it back, then change its form.") in shown
    assert editor.post(url, page_form(editor, url)).status_code == 302
    assert latest(page).form[0].value["title"] == "identite"


def test_saving_the_page_keeps_a_step_saved_since(editor, page):
    url = f"/admin/pages/{page.pk}/edit/"
    typed = page_form(editor, url, title="Attestation")
    fresh = latest(page)
    fresh.form[0].value["title"] = "Vous"
    fresh.save_revision()
    assert editor.post(url, typed).status_code == 302
    assert (latest(page).title, latest(page).form[0].value["title"]) == ("Attestation", "Vous")


def test_applicant_and_fee_questions_are_chosen_from_a_list(editor, page):
    shown = BeautifulSoup(editor.get(f"/admin/pages/{page.pk}/edit/").content, "html.parser")
    name, email = shown.select_one("#id_applicant_name"), shown.select_one("#id_applicant_email")
    assert (name["data-controller"], name["data-question-several-value"]) == ("question", "true")
    assert email["data-question-types-value"] == "email"
    assert "data-question-compares-value" in shown.select_one("#fees")["data-w-block-data-value"]


def test_invalid_draft_is_not_published_in_bulk(editor, page):
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.save_revision()
    answer = editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", follow=True)
    assert answer.status_code == 200
    assert "inconnu" in answer.content.decode()
    assert page.online_form.versions.count() == 1


def test_valid_draft_is_published_in_bulk(editor, page):
    page.lead = "Elle dit où vous habitez."
    page.form[1].value["title"] = "Pourquoi"
    page.save_revision()
    editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", follow=True)
    assert page.online_form.versions.count() == 2


def test_copied_service_has_its_own_form(page):
    copied = page.copy(update_attrs={"slug": "copie", "title": "Copie"})
    assert copied.online_form.slug == "copie"
    assert copied.online_form != page.online_form
    copied.form[0].value["title"] = "Autre"
    copied.save_revision().publish()
    assert page.online_form.versions.count() == 1


def test_copy_keeps_the_draft_of_the_form_and_its_ids(editor, page):
    page.form[0].value["title"] = "Brouillon"
    page.save_revision()
    answer = editor.post(
        f"/admin/pages/{page.pk}/copy/",
        {
            "new_title": "Copie",
            "new_slug": "copie",
            "new_parent_page": page.get_parent().pk,
            "publish_copies": "",
        },
    )
    assert answer.status_code == 302
    copied = latest(ServicePage.objects.get(slug="copie"))
    assert copied.form[0].value["title"] == "Brouillon"
    assert [one["id"] for one in walk_blocks(form_tree_of(copied))] == [
        one["id"] for one in walk_blocks(form_tree_of(latest(page)))
    ]


# -- Publication besides the publish button ------------------------------------------------------------------
@pytest.fixture
def faulty(page) -> ServicePage:
    """Return the service with a draft that no resident could fill in."""
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.save_revision()
    return page


def messages_on(answer) -> str:
    return BeautifulSoup(answer.content, "html.parser").select_one(".messages").text


def test_invalid_draft_is_not_published_from_its_screen(editor, faulty):
    url = f"/admin/pages/{faulty.pk}/edit/"
    answer = editor.post(url, page_form(editor, url, **{"action-publish": "1"}), follow=True)
    assert "inconnu" in messages_on(answer)
    assert faulty.online_form.versions.count() == 1
    assert "/steps/" in answer.content.decode()


def test_invalid_draft_is_not_scheduled(editor, faulty):
    url = f"/admin/pages/{faulty.pk}/edit/"
    later = {"action-publish": "1", "go_live_at": "2999-01-01 00:00"}
    assert "inconnu" in messages_on(editor.post(url, page_form(editor, url, **later), follow=True))
    assert not faulty.revisions.filter(approved_go_live_at__isnull=False).exists()


@pytest.fixture
def awaiting(faulty):
    """Return an invalid draft that waits for approval."""
    workflow = Workflow.objects.create(name="Relecture")
    WorkflowTask.objects.create(workflow=workflow, task=GroupApprovalTask.objects.create(name="Relecture"))
    WorkflowPage.objects.create(workflow=workflow, page=faulty)
    latest(faulty).get_workflow().start(latest(faulty), None)
    return faulty


@pytest.mark.parametrize("dialog", [False, True])
def test_approval_of_an_invalid_draft_is_refused(editor, awaiting, dialog):
    state = latest(awaiting).current_workflow_task_state
    url = f"/admin/pages/workflow/action/{awaiting.pk}/approve/{state.pk}/"
    headers = {"x-requested-with": "XMLHttpRequest"} if dialog else {}
    answer = editor.post(url, {"comment": ""}, headers=headers)
    there = f"/admin/pages/{awaiting.pk}/edit/"
    assert (answer.json()["redirect"] if dialog else answer.url) == there
    assert "inconnu" in messages_on(editor.get(there))
    state.refresh_from_db()
    assert state.status == state.STATUS_IN_PROGRESS
    assert awaiting.online_form.versions.count() == 1


def test_approval_of_a_valid_draft_publishes_it(editor, awaiting):
    sound = latest(awaiting)
    sound.form[1].value["fields"][1].value["condition"] = None
    sound.lead = "Elle dit où vous habitez."
    sound.save_revision()
    state = latest(awaiting).current_workflow_task_state
    editor.post(f"/admin/pages/workflow/action/{awaiting.pk}/approve/{state.pk}/", {"comment": ""})
    assert awaiting.online_form.versions.count() == 2


def test_invalid_scheduled_draft_does_not_stop_the_job(faulty):
    faulty.latest_revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    faulty.latest_revision.save()
    publish_scheduled(timezone.now())
    assert faulty.online_form.versions.count() == 1


def test_choices_of_fees_and_resources_need_constant_queries(editor, counter):
    """Read keys of prices and resources as they are, without a lookup per fee or question."""
    entry("salle")
    resource("salle")

    def cost(number: int) -> int:
        asked = [question(f"q{one}", "booking", settings={"resources": ["salle"]}) for one in range(number)]
        fees = [{"key": f"prix{one}", "entry": "salle"} for one in range(number)]
        definition = SERVICE | content(step("un", *asked), slug=f"location-{number}", fees=fees)
        page = make_service(counter, definition)
        url = f"/admin/pages/{page.pk}/edit/"
        assert editor.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            editor.get(url)
        return len(queries)

    assert cost(4) == cost(1)
