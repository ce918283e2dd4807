"""Conversion of a page to a form version and back."""

import copy

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Locale

from eservices.cases.models import Role
from eservices.catalogue import actions
from eservices.catalogue.definition.compiler import compile_definition
from eservices.catalogue.models import ServicePage
from eservices.deliveries.models import Delivery
from eservices.formbuilder.definition import content_digest
from eservices.formbuilder.models import Form
from tests.factories.accounts import SuperuserFactory
from tests.factories.cases import TeamFactory, member
from tests.factories.catalogue import SERVICE, make_service
from tests.factories.formbuilder import EVERY_TYPE, content, step, when
from tests.factories.home import translated

pytestmark = pytest.mark.django_db


def test_definition_is_unchanged_by_page_and_publication(page):
    assert compile_definition(page) == SERVICE
    assert page.online_form.current.content == SERVICE


def test_every_question_type_survives_the_conversion_to_blocks(counter):
    everything = content(step("tout", *EVERY_TYPE), slug="tout")
    everything["settings"]["applicant"] = {"email": "courriel", "phone": "tel", "address": "adresse"}
    assert compile_definition(make_service(counter, everything)) == everything


def test_publishing_without_a_change_makes_no_new_version(page):
    page.save_revision().publish()
    assert page.online_form.versions.count() == 1


def test_changed_text_makes_a_new_version(page):
    first = page.online_form.current
    page.form[0].value["title"] = "Vous"
    page.save_revision().publish()
    form = Form.objects.get()
    assert form.current.number == 2
    assert form.current.definition.text("step.identite.title", "fr") == "Vous"
    first.refresh_from_db()
    assert first.digest == content_digest(SERVICE)


def test_second_import_changes_the_same_page(page, counter):
    changed = copy.deepcopy(SERVICE)
    changed["texts"]["fr"]["title"] = "Autre titre"
    again = make_service(counter, changed)
    assert again.pk == page.pk
    assert again.title == "Autre titre"
    assert [block.id for block in again.form] == [block.id for block in page.form]


def test_invalid_definition_is_refused_with_all_problems(counter):
    faulty = copy.deepcopy(SERVICE) | {"slug": "fautif"}
    faulty["steps"][1]["fields"][1]["condition"] = when("inconnu")
    faulty["steps"][1]["fields"][0]["options"] = []
    with pytest.raises(ValidationError) as refusal:
        make_service(counter, faulty)
    assert any("inconnu" in message for message in refusal.value.messages)
    assert len(refusal.value.messages) > 1
    assert not ServicePage.objects.filter(slug="fautif").exists()


def test_live_service_is_not_saved_with_a_problem(page):
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    with pytest.raises(ValidationError, match="inconnu"):
        page.save()


def test_draft_may_have_problems(page):
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.save_revision()
    assert Form.objects.get().versions.count() == 1


def test_unpublished_service_is_withdrawn_until_published(page):
    page.unpublish()
    assert Form.objects.get().current is None
    page = ServicePage.objects.get()
    page.save_revision().publish()
    assert Form.objects.get().current.number == 1


def test_deleted_service_is_withdrawn(page):
    page.delete()
    assert Form.objects.get().current is None


def test_block_without_a_key_gets_one_from_its_label(page):
    page.form[0].value["fields"].append(("short_text", {"label": "Numéro d’étage", "required": False}))
    page.save_revision()
    field = page.form[0].value["fields"][-1]
    assert field.value["key"] == "numero_detage"
    # The editor's screen stays open: it still sends no key, and now another title.
    page = page.get_latest_revision_as_object()
    field = page.form[0].value["fields"][-1]
    field.value["key"], field.value["label"] = "", "Étage"
    page.save_revision()
    assert field.value["key"] == "numero_detage"


def test_questions_with_the_same_label_get_different_keys(page):
    for _ in range(2):
        page.form[0].value["fields"].append(("short_text", {"label": "Nom", "required": False}))
    page.save_revision().publish()
    assert [field.value["key"] for field in page.form[0].value["fields"]][-2:] == ["nom_2", "nom_3"]


def test_applicant_is_found_by_autocomplete_tokens(page):
    page.applicant_name = page.applicant_email = ""
    assert compile_definition(page)["settings"]["applicant"] == {
        "name": ["prenom", "nom"],
        "email": "courriel",
    }


# -- Languages -----------------------------------------------------------------------------------------------
GERMAN = {
    "title": "Wohnsitzbestätigung",
    "step.identite.title": "Ihre Angaben",
    "field.motif.label": "Zweck",
    "option.motif.bail": "Mietvertrag",
    "fee.prix": "Bestätigung",
}


@pytest.fixture
def bilingual(counter) -> ServicePage:
    """Create the service with its German texts."""
    translated(counter, "de", title="Online-Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = GERMAN
    return make_service(
        counter, definition, lead="Elle prouve.", translations={"de": {"lead": "Sie beweist."}}
    )


def test_other_languages_become_translated_pages_and_back(bilingual):
    german = bilingual.get_translation(Locale.objects.get(language_code="de"))
    assert german.live
    assert (german.title, german.lead) == ("Wohnsitzbestätigung", "Sie beweist.")
    assert german.form[0].value["title"] == "Ihre Angaben"
    texts = Form.objects.get().current.content["texts"]
    assert set(texts) == {"fr", "de"}
    assert GERMAN.items() <= texts["de"].items()


def test_keys_and_conditions_are_the_same_in_every_language(bilingual):
    german = bilingual.get_translation(Locale.objects.get(language_code="de"))
    assert compile_definition(german)["steps"] == compile_definition(bilingual)["steps"]


def test_missing_translation_falls_back_to_the_form_language(bilingual):
    definition = bilingual.online_form.current.definition
    assert definition.text("field.motif.label", "de") == "Zweck"
    assert definition.text("field.prenom.label", "de") == "prenom"


def test_one_version_serves_all_languages(bilingual):
    german = bilingual.get_translation(Locale.objects.get(language_code="de"))
    before = Form.objects.get().current
    german.form[0].value["title"] = "Sie"
    german.save_revision().publish()
    after = Form.objects.get().current
    assert after.number == before.number + 1
    assert after.content["steps"] == before.content["steps"]
    assert after.definition.text("step.identite.title", "de") == "Sie"


def test_new_team_of_a_service_alerts_leads_and_administrators(page):
    old, new = TeamFactory(key=page.team), TeamFactory(key="police", name="Police")
    people = [SuperuserFactory(), member(Role.LEAD, old), member(Role.LEAD, new)]
    member(Role.DECIDE, new)
    actions.publish_form_version(actor=None, page=page)
    assert not Delivery.objects.filter(title__contains="Droits étendus").exists()
    page.team = new.key
    page.save()
    actions.publish_form_version(actor=people[0], page=page)
    letters = Delivery.objects.filter(title="Droits étendus\u00a0: Police")
    assert {one.recipient for one in letters} == {one.email for one in people}
    assert page.title in letters[0].payload["text"]
