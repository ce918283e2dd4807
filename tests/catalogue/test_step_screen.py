"""The editor's screen of one step: what it shows and saves, and conflicts between two editors."""

import copy
import json

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import Locale

from eservices.catalogue.definition.compiler import compile_definition
from eservices.catalogue.editor.form_outline import form_tree_of
from eservices.catalogue.editor.forms import StepForm
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.definition import content_digest
from tests.catalogue.test_form_outline import latest, may_edit
from tests.factories.accounts import AgentFactory, EditorFactory, UserFactory
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.formbuilder import EVERY_TYPE, content, make_table, step, when
from tests.factories.home import translated
from tests.factories.wagtail_forms import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


def url_of(page, number: int = 0) -> str:
    return reverse("editor:step", args=[page.pk, form_tree_of(latest(page))[number]["id"]])


def typed(page, number: int = 0, **changes) -> dict:
    """Return what the screen posts: the current step with changes (``fields__0__value__label="…"``)."""
    block = form_tree_of(latest(page))[number]
    form = StepForm(block)
    data = {"seen": content_digest(block)}
    for name, field in form.fields.items():
        data |= flat(f"step-{name}", field, form[name].value())
    return data | {f"step-{name.replace('__', '-')}": value for name, value in changes.items()}


def test_screen_shows_one_step_and_links_to_the_next(editor, page):
    answer = editor.get(url_of(page))
    shown = BeautifulSoup(answer.content, "html.parser")
    assert answer.context["form"]["title"].value() == "identite"
    assert shown.select_one("a[rel=next]")["href"] == url_of(page, 1)
    assert shown.select_one("a[rel=prev]") is None
    values = shown.select_one("#step-fields")["data-w-block-arguments-value"]
    assert [one["value"]["label"] for one in json.loads(values)[0]] == ["prenom", "nom", "courriel"]


def test_screen_has_the_questions_of_the_form_for_conditions(editor, page):
    shown = BeautifulSoup(editor.get(url_of(page)).content, "html.parser")
    told = json.loads(shown.select_one("#form-questions").string)
    assert told["current"] == form_tree_of(page)[0]["id"]
    asked = {one["key"]: one for one in told["steps"][1]["questions"]}
    assert asked["motif"]["label"] == "Motif"
    assert asked["motif"]["options"] == [["bail", "bail"], ["autre", "autre"]]
    assert told["compares"]["choice"] == "option"
    words = json.loads(shown.select_one("#condition-words").string)
    assert {"shown", "holds", "applies", "exempts"} == set(words["purposes"])


def test_condition_on_a_table_offers_its_rows_by_label(editor, page):
    make_table("rues", "Rue du Lac", "Rue du Moulin")
    editor.post(
        url_of(page, 1),
        typed(page, 1, fields__0__value__table="rues", fields__0__value__options__count="0"),
    )
    shown = BeautifulSoup(editor.get(url_of(page)).content, "html.parser")
    told = json.loads(shown.select_one("#form-questions").string)
    motif = next(one for one in told["steps"][1]["questions"] if one["key"] == "motif")
    assert told["tables"][motif["table"]] == [
        ["rue-du-lac", "Rue du Lac"],
        ["rue-du-moulin", "Rue du Moulin"],
    ]


def test_preview_of_the_step_is_embedded(editor, page):
    shown = BeautifulSoup(editor.get(url_of(page)).content, "html.parser")
    assert shown.select_one("iframe")["src"] == reverse("services:preview_step", args=[page.pk, "identite"])


def test_preview_follows_typing_and_stores_nothing(editor, page):
    url = reverse("services:preview_typed", args=[page.pk, form_tree_of(page)[0]["id"]])
    revisions = page.revisions.count()
    shown = editor.post(url, typed(page, fields__0__value__label="Tous vos prénoms"))
    assert "Tous vos prénoms" in shown.content.decode()
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.revisions.count() == revisions
    assert editor.post(url.replace(form_tree_of(page)[0]["id"], "no-such-step"), {}).status_code == 204
    assert editor.get(url).status_code == 405


def test_preview_refuses_incomplete_form_data(editor, page):
    url = reverse("services:preview_typed", args=[page.pk, form_tree_of(page)[0]["id"]])
    assert editor.post(url, {"step-fields-count": "1"}).status_code == 400


def test_preview_requires_the_right_to_edit(client, page):
    client.force_login(AgentFactory())
    url = reverse("services:preview_typed", args=[page.pk, form_tree_of(page)[0]["id"]])
    assert client.post(url, typed(page)).status_code in {302, 404}


def test_step_is_saved_into_the_draft_and_not_published(editor, page):
    answer = editor.post(url_of(page), typed(page, title="Vous", fields__0__value__label="Prénoms"))
    assert answer.status_code == 302
    draft = latest(page)
    assert (draft.form[0].value["title"], draft.form[0].value["fields"][0].value["label"]) == (
        "Vous",
        "Prénoms",
    )
    assert draft.form[0].value["fields"][0].value["key"] == "prenom"
    assert page.online_form.versions.count() == 1
    assert ServicePage.objects.get(pk=page.pk).form[0].value["title"] == "identite"


def test_saving_an_unchanged_step_changes_nothing(editor, page):
    page = make_service(page.get_parent(), content(step("tout", *copy.deepcopy(EVERY_TYPE)), slug="tout"))
    before = compile_definition(latest(page))
    editor.post(url_of(page), typed(page))
    assert compile_definition(latest(page)) == before
    saved = content_digest(form_tree_of(latest(page))[0])
    editor.post(url_of(page), typed(page))
    assert content_digest(form_tree_of(latest(page))[0]) == saved


def test_new_question_gets_a_key_from_its_label(editor, page):
    data = typed(page) | {
        "step-fields-count": 4,
        "step-fields-3-deleted": "",
        "step-fields-3-order": 3,
        "step-fields-3-type": "date",
        "step-fields-3-id": "2b2e3d60-7b3f-4d29-8b0e-0c6f3c9d3f11",
        "step-fields-3-value-label": "Date de naissance",
        "step-fields-3-value-condition": "null",
    }
    editor.post(url_of(page), data)
    assert latest(page).form[0].value["fields"][3].value["key"] == "date_de_naissance"


def test_changed_title_keeps_the_key(editor, page):
    editor.post(url_of(page), typed(page, title="Autrement", key=""))
    assert latest(page).form[0].value["key"] == "identite"


def test_draft_may_lack_what_publication_requires(editor, page):
    assert editor.post(url_of(page), typed(page, fields__0__value__label="")).status_code == 302
    assert latest(page).form[0].value["fields"][0].value["label"] == ""


def test_invalid_input_is_marked_and_kept(editor, page):
    answer = editor.post(url_of(page), typed(page, title="x" * 101))
    assert answer.status_code == 422
    assert "x" * 101 in answer.content.decode()
    assert latest(page).form[0].value["title"] == "identite"


@pytest.mark.parametrize("then", ["back", "next"])
def test_saving_can_lead_to_another_page(editor, page, then):
    target = form_tree_of(page)[1]["id"] if then == "next" else then
    answer = editor.post(url_of(page), typed(page) | {"then": target})
    expected = (
        url_of(page, 1)
        if then == "next"
        else f"/admin/pages/{page.pk}/edit/#step-{form_tree_of(page)[0]['id']}"
    )
    assert answer.url == expected


def test_unknown_target_stays_on_the_step(editor, page):
    assert editor.post(url_of(page), typed(page) | {"then": "//evil.example"}).url == url_of(page)


# -- Two editors ---------------------------------------------------------------------------------------------
def test_edits_of_two_steps_are_both_kept(editor, page):
    mine, theirs = typed(page, 0, title="Vous"), typed(page, 1, title="Pourquoi")
    assert editor.post(url_of(page, 0), mine).status_code == 302
    assert editor.post(url_of(page, 1), theirs).status_code == 302
    assert [one.value["title"] for one in latest(page).form] == ["Vous", "Pourquoi"]


def test_step_saved_by_another_editor_is_not_overwritten(editor, page):
    mine, theirs = typed(page, title="À moi"), typed(page, title="À eux")
    editor.post(url_of(page), theirs)
    answer = editor.post(url_of(page), mine)
    assert answer.status_code == 409
    shown = BeautifulSoup(answer.content, "html.parser")
    assert shown.select_one("[name=step-title]")["value"] == "À moi"
    assert latest(page).form[0].value["title"] == "À eux"
    again = editor.post(url_of(page), mine | {"seen": shown.select_one("[name=seen]")["value"]})
    assert again.status_code == 409


def test_editor_can_choose_to_overwrite(editor, page):
    mine, theirs = typed(page, title="À moi"), typed(page, title="À eux")
    editor.post(url_of(page), theirs)
    shown = BeautifulSoup(editor.post(url_of(page), mine).content, "html.parser")
    overwrite = shown.select_one("button[name=overwrite]")["value"]
    assert editor.post(url_of(page), mine | {"overwrite": overwrite}).status_code == 302
    assert latest(page).form[0].value["title"] == "À moi"


def test_overwriting_is_limited_to_the_version_seen(editor, page):
    mine = typed(page, title="À moi")
    editor.post(url_of(page), typed(page, title="À eux"))
    shown = BeautifulSoup(editor.post(url_of(page), mine).content, "html.parser")
    overwrite = shown.select_one("button[name=overwrite]")["value"]
    editor.post(url_of(page), typed(page, title="Encore à eux"))
    assert editor.post(url_of(page), mine | {"overwrite": overwrite}).status_code == 409
    assert latest(page).form[0].value["title"] == "Encore à eux"


def test_step_removed_by_another_editor_can_be_restored(editor, page):
    url, mine = url_of(page), typed(page, title="À moi")
    editor.post(reverse("editor:remove", args=[page.pk, form_tree_of(page)[0]["id"]]))
    answer = editor.post(url, mine)
    assert answer.status_code == 409
    assert "À moi" in answer.content.decode()
    assert len(latest(page).form) == 1
    assert editor.post(url, mine | {"overwrite": "removed"}).status_code == 302
    assert [one.value["title"] for one in latest(page).form] == ["motif", "À moi"]


def test_removed_step_leads_back_to_the_form(editor, page):
    url = url_of(page)
    editor.post(reverse("editor:remove", args=[page.pk, form_tree_of(page)[0]["id"]]))
    assert editor.get(url).url == f"/admin/pages/{page.pk}/edit/#form-outline"


# -- Access --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", [AgentFactory, EditorFactory, UserFactory, None])
def test_step_cannot_be_seen_or_saved_without_rights(client, page, who, method):
    if who:
        client.force_login(who())
    data = typed(page, title="Piraté") if method == "post" else None
    assert getattr(client, method)(url_of(page), data).status_code in (302, 403)
    assert latest(page).form[0].value["title"] == "identite"


def test_editor_with_rights_on_the_page_saves_a_step(client, page):
    user = EditorFactory()
    may_edit(user, page)
    client.force_login(user)
    assert client.post(url_of(page), typed(page, title="Vous")).status_code == 302
    assert latest(page).form[0].value["title"] == "Vous"


def test_locked_page_keeps_the_input(editor, page):
    ServicePage.objects.filter(pk=page.pk).update(locked=True, locked_by=UserFactory(is_staff=True))
    answer = editor.post(url_of(page), typed(page, title="Vous"))
    assert answer.status_code == 409
    assert "Vous" in answer.content.decode()
    assert latest(page).form[0].value["title"] == "identite"


def test_step_of_a_translation_cannot_be_edited(editor, page):
    translated(page.get_parent(), "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung", "step.identite.title": "Sie"}
    page = make_service(page.get_parent(), definition)
    german = page.get_translation(Locale.objects.get(language_code="de"))
    assert editor.get(url_of(german)).status_code == 200
    assert editor.post(url_of(german), typed(german, title="Ihr")).status_code == 409
    assert latest(german).form[0].value["title"] == "Sie"


@pytest.mark.parametrize("data", [{}, {"step-fields-count": "viele"}, {"step-fields-count": "1"}])
def test_invalid_form_data_is_a_bad_request(editor, page, data):
    assert editor.post(url_of(page), data).status_code == 400


def test_problems_of_the_step_are_shown_with_links(editor, page):
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.save_revision()
    shown = BeautifulSoup(editor.get(url_of(page, 1)).content, "html.parser")
    question = form_tree_of(latest(page))[1]["value"]["fields"][1]["id"]
    links = [link["href"] for link in shown.select(".step-faults a")]
    assert f"{url_of(page, 1)}#block-{question}" in links
