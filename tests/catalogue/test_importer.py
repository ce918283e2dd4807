"""Import and export of definitions: without loss, as drafts or published, refused with every problem at once."""

import copy

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Locale

from eservices.cases.models import Team
from eservices.catalogue import actions
from eservices.catalogue.definition import importer
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.models import ServicePage
from eservices.catalogue.translation_updates import run_translation_update
from eservices.formbuilder.linter import ABSENT, WARNING
from eservices.formbuilder.models import Form
from tests.factories.bookings import resource
from tests.factories.catalogue import SERVICE, make_counter, make_service, make_situation, with_page_texts
from tests.factories.formbuilder import content, question, step, when
from tests.factories.home import translated
from tests.factories.large_forms import every_question

pytestmark = pytest.mark.django_db

SAID = {
    "lead": "Elle prouve que vous habitez ici.",
    "who": "Habitants",
    "price": "CHF 15.–",
    "without_computer": '<p>Au <b>guichet</b>, ou au <a href="tel:+41219990000">021 999 00 00</a>.</p>',
    "next_steps": [{"title": "Nous vérifions", "text": "Sous trois jours."}, {"title": "Vous la recevez"}],
    "good_to_know": [{"question": "Combien de temps vaut-elle ?", "answer": "<p>Trois mois.</p>"}],
}
GERMAN = {
    "lead": "Sie beweist, dass Sie hier wohnen.",
    "next_steps": [{"title": "Wir prüfen"}, {"title": "Sie erhalten sie"}],
    "without_computer": '<p>Am <b>Schalter</b> oder <a href="tel:+41219990000">021 999 00 00</a>.</p>',
}


def whole() -> dict:
    """Build a service with all page texts besides its form, partly in German."""
    made = copy.deepcopy(SERVICE)
    made["texts"]["de"] = {"title": "Wohnsitzbestätigung", "fee.prix": "Attestation"}
    beside = copy.deepcopy(SAID | {"translations": {"de": GERMAN}})
    return with_page_texts(made, situations=["demenager"], **beside)


def counter_in_two_languages():
    Locale.objects.get_or_create(language_code="de")
    index = make_counter()
    translated(index, "de", title="Online-Schalter")
    return index


def import_draft(index, definition):
    return actions.import_service(actor=None, index=index, definition=definition, publish=False)


def make_team():
    return Team.objects.get_or_create(key="habitants", defaults={"name": "Contrôle des habitants"})[0]


def problems_in(refusal) -> list[str]:
    return refusal.value.messages


# -- Without loss --------------------------------------------------------------------------------------------
def test_export_equals_the_import():
    index = counter_in_two_languages()
    make_situation()
    assert export_definition(make_service(index, whole())) == whole()


def test_every_question_type_is_exported_as_imported():
    resource("salle")
    everything = content(step("tout", question("s0", "yes_no"), *every_question()), slug="tout")
    assert export_definition(make_service(definition=everything)) == everything


def test_import_of_an_export_changes_nothing():
    index = counter_in_two_languages()
    make_situation()
    page = make_service(index, whole())
    actions.import_service(actor=None, index=index, definition=export_definition(page))
    run_translation_update(page.pk)
    assert (
        Form.objects.get().versions.count() == 2
    )  # with the German texts, and before they were synchronized
    assert export_definition(ServicePage.objects.get(pk=page.pk)) == whole()


def test_same_text_in_both_languages_counts_as_translated():
    page = make_service(counter_in_two_languages(), whole() | {"page": {}})
    german = export_definition(page)["texts"]["de"]
    assert german == {"title": "Wohnsitzbestätigung", "fee.prix": "Attestation"}


def test_definition_without_page_texts_keeps_the_page():
    index = make_counter()
    make_service(index, lead="Elle prouve.")
    assert make_service(index, SERVICE).lead == "Elle prouve."


def test_import_keeps_the_block_ids_of_the_editor():
    page = make_service()
    page.form[0].value["fields"].append(("short_text", {"label": "Étage", "required": False}))
    page.save_revision().publish()
    page = ServicePage.objects.get()
    before = page.form[0].value["fields"][-1].id
    actions.import_service(actor=None, index=page.get_parent().specific, definition=export_definition(page))
    assert ServicePage.objects.get().form[0].value["fields"][-1].id == before


def test_page_links_are_exported_as_addresses():
    page = make_service(lead="Elle prouve.")
    page.without_computer = f'<p><a linktype="page" id="{page.pk}">Ici</a></p>'
    page.save_revision().publish()
    text = export_definition(ServicePage.objects.get())["page"]["texts"]["fr"]["without_computer"]
    assert text == '<p><a href="/guichet/attestation/">Ici</a></p>'


# -- Drafts --------------------------------------------------------------------------------------------------
def test_draft_is_not_offered_until_it_is_published():
    make_team()
    page = import_draft(make_counter(), SERVICE)
    assert not page.live
    assert not Form.objects.exists()
    page.get_latest_revision().publish()
    assert Form.objects.get().current.content == SERVICE


def test_draft_of_a_live_service_leaves_it_unchanged():
    index = make_counter()
    page = make_service(index)
    changed = copy.deepcopy(SERVICE)
    changed["texts"]["fr"]["title"] = "Autre titre"
    draft = import_draft(index, changed)
    assert draft.pk == page.pk
    assert draft.title == "Attestation de domicile"
    assert draft.get_latest_revision_as_object().title == "Autre titre"
    assert Form.objects.get().versions.count() == 1


def test_other_languages_of_a_draft_follow_its_publication():
    make_team()
    page = import_draft(counter_in_two_languages(), whole())
    assert export_definition(page.get_latest_revision_as_object())["texts"]["de"] == whole()["texts"]["de"]
    assert page.get_translations().count() == 0
    run_translation_update(page.pk)
    assert page.get_translations().count() == 0
    page.get_latest_revision().publish()
    run_translation_update(page.pk)
    german = page.get_translations().get().specific
    assert german.live
    assert (german.title, german.lead) == ("Wohnsitzbestätigung", GERMAN["lead"])


def test_draft_may_name_missing_objects_but_is_not_published():
    stages = [
        {"key": "d", "type": "document", "settings": {"format": 1, "template": "inconnu", "below": "agent"}}
    ]
    foreign = copy.deepcopy(SERVICE) | {"stages": stages}
    foreign["settings"]["team"] = "ailleurs"
    foreign["steps"][0]["fields"][0]["prefill"] = "horoscope"
    foreign["steps"][1]["fields"][0] = question("motif", "choice", table="communes_de_mars")
    del foreign["steps"][1]["fields"][1]
    foreign["texts"]["fr"] = {
        path: text
        for path, text in foreign["texts"]["fr"].items()
        if not path.startswith(("option.", "field.precision"))
    }
    index = make_counter()
    absent = [fault.path for fault in importer.import_faults(foreign, index) if fault.level == ABSENT]
    assert sorted(absent) == ["field.motif", "field.prenom", "settings.team", "stage.d"]
    with pytest.raises(ValidationError) as refusal:
        actions.import_service(actor=None, index=index, definition=foreign)
    assert len(problems_in(refusal)) == 4
    page = import_draft(index, foreign)
    with pytest.raises(ValidationError, match="ailleurs"):
        page.get_latest_revision().publish()
    assert export_definition(page.get_latest_revision_as_object()) == foreign


# -- Refused -------------------------------------------------------------------------------------------------
def test_problems_of_schema_and_meaning_are_reported_together():
    faulty = copy.deepcopy(SERVICE)
    faulty["colour"] = "red"
    faulty["steps"][0]["fields"][0]["settings"] = {"min_length": "three"}
    faulty["steps"][1]["fields"][0]["options"] = []
    faulty["steps"][1]["fields"][1]["condition"] = when("inconnu")
    faulty["stages"][0]["type"] = "miracle"
    faulty["page"] = {"texts": {"fr": {"without_computer": "<p onclick='x()'>Ici</p>"}}}
    paths = {fault.path for fault in importer.import_refusals(faulty, make_counter(), publish=True)}
    assert {
        "colour",
        "field.prenom.settings.min_length",
        "field.motif",
        "field.precision",
        "stage.decision.type",
        "page.texts.fr.without_computer",
        "settings.team",
    } <= paths


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p><a href="javascript:alert(1)">x</a></p>',
        '<p><img src="x" onerror="alert(1)"></p>',
        '<p><a linktype="page" id="3">x</a></p>',
        '<p style="color: red">x</p>',
        "<!-- x --><p>y</p>",
        '<embed embedtype="image" id="1" />',
    ],
)
def test_rich_text_is_limited_to_what_an_editor_can_write(html):
    offered = with_page_texts(SERVICE, without_computer=html)
    refused = importer.import_refusals(offered, None, publish=False)
    assert [fault.path for fault in refused] == ["page.texts.fr.without_computer"]


def test_translated_rich_text_needs_the_same_paragraphs():
    offered = whole()
    offered["page"]["texts"]["de"]["without_computer"] = "<p>Am Schalter.</p><p>Am Telefon.</p>"
    refused = importer.import_refusals(offered, None, publish=False)
    assert [(fault.path, fault.language) for fault in refused] == [("page.without_computer", "de")]


def test_texts_without_a_place_are_refused():
    offered = whole()
    offered["texts"]["fr"]["field.nulle_part.label"] = "Perdu"
    offered["texts"]["fr"]["stage.decision.poem"] = "Perdu"
    offered["texts"]["de"]["field.prenom.help"] = "Verloren"
    offered["page"]["texts"]["de"]["button"] = "Los"
    refused = {fault.path for fault in importer.import_refusals(offered, None, publish=False)}
    assert refused == {
        "field.nulle_part.label",
        "stage.decision.poem",
        "field.prenom.help",
        "page.button",
    }


def test_stage_texts_are_limited_to_the_length_for_editors():
    offered = whole()
    offered["texts"]["fr"]["stage.decision"] = "é" * 100
    offered["texts"]["de"]["stage.decision"] = "ä" * 101
    (refused,) = importer.import_refusals(offered, None, publish=False)
    assert (refused.path, refused.language) == ("stage.decision", "de")
    assert "100" in refused.message


def test_language_without_a_counter_is_a_warning():
    faults = importer.import_faults(whole(), make_counter())
    assert [fault.path for fault in faults if fault.level == WARNING and "texts." in fault.path] == [
        "texts.de"
    ]


def test_translation_of_another_service_is_not_overwritten():
    index = counter_in_two_languages()
    page = make_service(index, whole() | {"page": {}})
    german = page.get_translations().get()
    offered = copy.deepcopy(SERVICE) | {"language": "de", "slug": german.slug}
    offered["texts"] = {"de": offered["texts"]["fr"]}
    with pytest.raises(ValidationError, match=r"^..slug: "):
        import_draft(german.get_parent().specific, offered)


def test_definition_in_another_language_is_refused():
    offered = copy.deepcopy(SERVICE) | {"language": "de"}
    offered["texts"] = {"de": offered["texts"]["fr"]}
    with pytest.raises(ValidationError) as refusal:
        import_draft(make_counter(), offered)
    assert any(text.startswith("language: ") for text in problems_in(refusal))


def test_refused_import_writes_nothing():
    faulty = copy.deepcopy(SERVICE)
    faulty["steps"][0]["fields"][0]["type"] = "telepathy"
    with pytest.raises(ValidationError):
        import_draft(make_counter(), faulty)
    assert not ServicePage.objects.exists()
