"""The editors' screens, and what wagtail-localize gets to translate."""

import copy
from unittest.mock import Mock

import pytest
from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.segments.extract import extract_segments

from eservices.catalogue.models import ServicePage
from eservices.catalogue.wagtail_hooks import refuse_faulty_service
from tests.factories.catalogue import SERVICE, make_counter, make_editor, make_service
from tests.factories.formbuilder import EVERY_TYPE, content, step, when
from tests.factories.home import translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


def everything() -> dict:
    """A form with every text that a form can have."""
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


def test_the_editor_opens_with_the_form_and_its_stages(editor):
    page = make_service(definition=everything())
    answer = editor.get(f"/admin/pages/{page.pk}/edit/")
    assert answer.status_code == 200
    assert "js/condition.js" in answer.content.decode()


def test_a_new_service_can_be_begun(editor):
    index = make_counter()
    assert editor.get(f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/").status_code == 200


def test_every_text_of_a_form_and_nothing_else_is_offered_for_translation():
    page = make_service(definition=everything())
    texts = {t for path, t in everything()["texts"]["fr"].items() if not path.startswith("title")}
    segments = extract_segments(page)
    offered = {
        segment.string.render_text()
        for segment in segments
        if segment.path.startswith(("form.", "fees.", "stages.")) and not segment.is_empty()
    }
    assert offered == texts


def test_a_translation_in_the_editor_changes_texts_and_no_key():
    german, _ = Locale.objects.get_or_create(language_code="de")
    index = make_counter()
    translated(index, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung"}
    page = make_service(index, definition)
    source = TranslationSource.objects.get_for_instance(page)
    assert Translation.objects.filter(source=source, target_locale=german, enabled=True).exists()
    twin = page.get_translation(german)
    assert [block.value["key"] for block in twin.form] == [block.value["key"] for block in page.form]
    assert [block.id for block in twin.form] == [block.id for block in page.form]


def test_a_fault_is_said_at_the_publish_button_and_a_sound_service_passes(rf):
    page = make_service()
    request = rf.post("/")
    request._messages = Mock()
    assert refuse_faulty_service(request, page) is None
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    assert refuse_faulty_service(request, page).url == f"/admin/pages/{page.pk}/edit/"
    assert "inconnu" in request._messages.add.call_args.args[1]


def test_a_duplicated_question_gets_a_key_of_its_own():
    page = make_service()
    fields = page.form[0].value["fields"]
    fields.append(("short_text", dict(fields[0].value)))
    page.save_revision()
    assert [field.value["key"] for field in fields][-1] == "prenom_2"


def test_the_blocks_of_the_form_stand_in_no_migration():
    for name in ("form", "fees", "stages"):
        _, path, args, kwargs = ServicePage._meta.get_field(name).deconstruct()
        assert path == "django.db.models.JSONField"
        assert not args
        assert set(kwargs) <= {"blank", "default", "verbose_name"}


def test_a_question_added_to_the_source_is_asked_in_every_language():
    Locale.objects.get_or_create(language_code="de")
    index = make_counter()
    translated(index, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung", "step.identite.title": "Sie"}
    page = make_service(index, definition)
    page.form[0].value["fields"].append(("short_text", {"label": "Étage", "required": False}))
    page.save_revision().publish()
    current = page.online_form.current.definition
    assert "etage" in current.fields
    assert current.text("field.etage.label", "de") == "Étage"
    assert current.text("step.identite.title", "de") == "Sie"


def test_a_question_key_of_a_group_is_made_too():
    page = make_service()
    page.form[0].value["fields"].append(
        ("group", {"label": "Enfants", "fields": [("short_text", {"label": "Prénom"})], "required": False})
    )
    page.save_revision()
    group = page.form[0].value["fields"][-1].value
    assert (group["key"], group["fields"][0].value["key"]) == ("enfants", "prenom_2")


def test_a_draft_can_be_previewed_before_it_was_ever_published():
    index = make_counter()
    page = ServicePage(title="Nouveau", slug="nouveau", locale=index.locale, live=False)
    index.add_child(instance=page)
    answer = page.make_preview_request()
    assert answer.status_code == 200
    assert "Nouveau" in answer.render().content.decode()


def test_two_revisions_can_be_compared(editor):
    page = make_service()
    page.form[1].value["fields"][1].value["condition"] = when("motif", value="bail")
    page.form[1].value["title"] = "Pourquoi"
    page.save_revision()
    answer = editor.get(f"/admin/pages/{page.pk}/revisions/compare/earliest...latest/")
    assert answer.status_code == 200
    assert "Pourquoi" in answer.content.decode()


def test_a_faulty_draft_is_not_published_in_bulk(editor):
    page = make_service()
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.save_revision()
    answer = editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", follow=True)
    assert answer.status_code == 200
    assert "inconnu" in answer.content.decode()
    assert page.online_form.versions.count() == 1


def test_a_sound_draft_is_published_in_bulk(editor):
    page = make_service()
    page.form[1].value["title"] = "Pourquoi"
    page.save_revision()
    editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", follow=True)
    assert page.online_form.versions.count() == 2


def test_a_copied_service_has_a_form_of_its_own():
    page = make_service()
    copied = page.copy(update_attrs={"slug": "copie", "title": "Copie"})
    assert copied.online_form.slug == "copie"
    assert copied.online_form != page.online_form
    copied.form[0].value["title"] = "Autre"
    copied.save_revision().publish()
    assert page.online_form.versions.count() == 1
