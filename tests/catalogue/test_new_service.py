"""Creation of a service: empty, or from a starter."""

import pytest
from django.urls import reverse
from wagtail_localize.models import StringTranslation

from eservices.catalogue.definition.linter import lint_service, publication_errors
from eservices.catalogue.editor.form_outline import FormReading, form_tree_of
from eservices.catalogue.editor.starters import BLOCKS, SERVICES, list_starters
from eservices.catalogue.models import ServicePage
from eservices.documents.models import DocumentTemplate
from eservices.formbuilder.linter import WARNING
from tests.factories.accounts import AgentFactory, EditorFactory
from tests.factories.catalogue import make_counter, make_editor
from tests.factories.home import translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


def latest(page) -> ServicePage:
    return ServicePage.objects.get(pk=page.pk).get_latest_revision_as_object()


def test_new_service_begins_with_a_choice_of_starters(editor):
    index = make_counter()
    url = f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/"
    shown = editor.get(url).content.decode()
    assert 'value="subsidy"' in shown
    assert editor.get(f"{url}?empty").context["form"]


def test_service_from_a_starter_is_a_draft_that_lacks_a_team(editor):
    index = make_counter()
    answer = editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "room-hire"})
    page = ServicePage.objects.get()
    assert answer.url == f"/admin/pages/{page.pk}/edit/"
    assert (page.live, page.slug, page.title) == (False, "reservation-de-salle", "Réservation de salle")
    assert [one.path for one in publication_errors(FormReading(latest(page)).definition.content)] == [
        "settings.team"
    ]


def test_starter_brings_its_document_template_once(editor):
    index = make_counter()
    translated(index.get_parent().specific, "de")
    url = reverse("editor:begin", args=[index.pk])
    editor.post(url, {"starter": "residence-certificate"})
    page = ServicePage.objects.get()
    assert [one.path for one in publication_errors(FormReading(latest(page)).definition.content)] == [
        "settings.team"
    ]
    document = latest(page).stages[2]
    assert document.value["settings"]["paper"] == "par_poste"  # the paper copy that the form offers is sent
    titles = DocumentTemplate.objects.order_by("pk").values_list("locale__language_code", "title")
    assert list(titles) == [("fr", "Attestation de domicile"), ("de", "Wohnsitzbestätigung")]
    for template in DocumentTemplate.objects.all():
        template.full_clean()
    DocumentTemplate.objects.update(title="La nôtre")
    editor.post(url, {"starter": "residence-certificate"})
    assert set(DocumentTemplate.objects.values_list("title", flat=True)) == {"La nôtre"}


def test_two_services_from_one_starter_have_two_addresses(editor):
    index = make_counter()
    for _time in range(2):
        editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "subsidy"})
    assert ServicePage.objects.values_list("slug", flat=True).distinct().count() == 2


def test_empty_form_takes_a_starter_and_keeps_the_page_texts(editor):
    index = make_counter()
    said = {"title": "Vélos", "slug": "velos", "team": "vie-locale", "lead": "Pour tous.", "who": "Qui roule"}
    page = ServicePage(locale=index.locale, live=False, **said)
    index.add_child(instance=page)
    page.save_revision()
    assert "starter-card" in editor.get(reverse("editor:outline", args=[page.pk])).content.decode()
    start = reverse("editor:start", args=[page.pk])
    assert editor.post(start, {"starter": "residence-certificate"}).status_code == 302
    draft = latest(page)
    assert {name: getattr(draft, name) for name in said} == said
    assert [one["value"]["key"] for one in form_tree_of(draft)] == ["demande", "vous", "reception"]
    assert editor.post(start, {"starter": "subsidy"}).status_code == 409


def test_starter_uses_the_language_of_the_counter(editor):
    index = translated(make_counter(), "de", title="Schalter")
    editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "subsidy"})
    page = ServicePage.objects.get()
    assert (page.title, page.form[0].value["title"]) == ("Beitragsgesuch", "Der Kauf")
    assert page.form[0].value["key"] == "der_kauf"  # the key is part of addresses
    editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "residence-certificate"})
    assert DocumentTemplate.objects.get(locale=index.locale).prefix == "WB"
    assert set(DocumentTemplate.objects.values_list("prefix", flat=True)) == {"WB"}  # numbers of one series


def test_starter_texts_in_other_languages_wait_for_translation(editor):
    index = make_counter()
    translated(index, "de", title="Schalter")
    editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "subsidy"})
    page = ServicePage.objects.get()
    assert not page.get_translations().exists()
    kept = StringTranslation.objects.filter(
        context__object_id=page.translation_key, locale__language_code="de"
    )
    assert "Der Kauf" in set(kept.values_list("data", flat=True))


@pytest.mark.parametrize("who", [AgentFactory, EditorFactory])
def test_service_is_not_created_without_the_right(client, who):
    index = make_counter()
    client.force_login(who())
    assert client.post(reverse("editor:begin", args=[index.pk]), {"starter": "subsidy"}).status_code in (
        302,
        403,
    )
    assert not ServicePage.objects.exists()


def test_unknown_starter_is_not_found(editor):
    index = make_counter()
    assert editor.post(reverse("editor:begin", args=[index.pk]), {"starter": "../x"}).status_code == 404


@pytest.mark.parametrize("name", list(list_starters(SERVICES)))
def test_starter_is_valid_and_in_four_languages(name):
    starter = list_starters(SERVICES)[name]
    found = lint_service(starter.definition)
    brought = ["stage.document"] if starter.document else []
    assert [one.path for one in found if one.level != WARNING] == ["settings.team", *brought]
    assert [one for one in found if one.language] == []
    assert set(starter.definition["texts"]) == set(starter.about) == {"fr", "de", "it", "en"}


@pytest.mark.parametrize("name", list(list_starters(BLOCKS)))
def test_starter_block_is_one_step_in_four_languages(name):
    starter = list_starters(BLOCKS)[name]
    assert len(starter.definition["steps"]) == 1
    found = lint_service(starter.definition)
    assert {one.path for one in found if one.level != WARNING} == {"settings.team"}
    assert [one for one in found if one.language] == []
