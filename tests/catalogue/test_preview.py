"""Preview of every step of a draft as residents will see it, without storing anything."""

import copy

import pytest
from django.urls import reverse

from eservices.catalogue.definition.drafts import draft_definition
from eservices.catalogue.definition.linter import lint_service
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.field_types import field_types
from eservices.submissions.models import Draft, StoredFile
from tests.factories.accounts import UserFactory
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.formbuilder import EVERY_TYPE, content, question, step
from tests.factories.home import translated
from tests.factories.submissions import pdf

pytestmark = pytest.mark.django_db
NAMES = {"prenom": "Élodie", "nom": "Marchetti", "courriel": "elodie@courriel.example"}


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


def url(page, step: str, language: str = "fr") -> str:
    return reverse("services:preview_step", args=[page.pk, step]) + f"?lang={language}"


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def given(page: str) -> str:
    """Return the answers that the page carries along."""
    return page.split('name="_given" value="')[1].split('"', maxsplit=1)[0]


def test_preview_shows_a_step_and_that_nothing_is_stored(editor, page):
    page = text(editor.get(url(page, "identite")))
    assert 'name="prenom"' in page
    assert "Step 1 of 3" in page or "Étape 1 sur 3" in page
    assert 'class="alert"' in page


def test_preview_shows_the_draft_and_not_the_published_form(editor, page):
    page.form[1].value["title"] = "Pourquoi donc"
    page.save_revision()
    assert "Pourquoi donc" in text(editor.get(url(page, "motif")))


def test_unpublished_service_can_be_previewed(editor, page):
    never = page.copy(update_attrs={"slug": "jamais", "title": "Jamais"}, keep_live=False)
    assert 'name="prenom"' in text(editor.get(url(never, "identite")))


def test_wrong_answer_is_refused_and_not_stored(editor, page):
    answer = text(editor.post(url(page, "identite"), NAMES | {"courriel": "elodie"}))
    assert 'class="errors"' in answer
    assert not Draft.objects.exists()


def test_valid_answer_leads_to_the_next_step_and_its_conditions(editor, page):
    answer = text(editor.post(url(page, "identite"), NAMES))
    assert 'id="id_motif-0"' in answer or 'name="motif"' in answer
    shown = text(
        editor.post(url(page, "motif"), {"motif": "autre", "_shown": "motif", "_given": given(answer)})
    )
    assert "#id_precision" in shown
    assert not Draft.objects.exists()


def test_review_shows_the_answers_and_the_price(editor, page):
    answer = text(editor.post(url(page, "identite"), NAMES))
    end = text(editor.post(url(page, "motif"), {"motif": "bail", "_shown": "motif", "_given": given(answer)}))
    assert "Marchetti" in end
    assert "15.00" in end or "15.–" in end
    assert not Draft.objects.exists()


def test_forged_answers_are_ignored(editor, page):
    answer = text(editor.post(url(page, "motif"), {"motif": "bail", "_given": '{"nom": "x"}:forged'}))
    assert "forged" not in answer


def test_file_is_checked_and_not_stored(editor, counter):
    definition = content(
        step("un", {"key": "piece", "type": "files", "required": True}, {"key": "mot", "type": "short_text"}),
        slug="fichiers",
    )
    page = make_service(counter, definition)
    assert "piece.pdf" in text(editor.post(url(page, "un"), {"piece": pdf("piece.pdf")}))
    assert not StoredFile.objects.exists()


def test_preview_shows_each_language_with_its_texts(editor, counter):
    translated(counter, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung", "step.identite.title": "Zu Ihrer Person"}
    page = make_service(counter, definition)
    german = text(editor.get(url(page, "identite", "de")))
    assert "Zu Ihrer Person" in german
    assert '<html lang="de">' in german
    french = text(editor.get(url(page, "identite")))
    assert "Zu Ihrer Person" not in french
    assert "traduit" not in french
    missing = sum(fault.language == "de" for fault in lint_service(draft_definition(page)))
    screen = text(editor.get(reverse("services:preview", args=[page.pk]))).replace("\xa0", " ")
    assert missing > 1
    assert f"{missing} textes ne sont pas traduits en « Deutsch »." in screen


def test_every_question_type_can_be_previewed(editor, counter):
    page = make_service(counter, content(step("tout", *copy.deepcopy(EVERY_TYPE)), slug="tout"))
    shown = text(editor.get(url(page, "tout")))
    assert "not finished" not in shown
    for one in EVERY_TYPE:
        assert one["key"] in shown


def leave_open(page: ServicePage, *fields) -> None:
    """Make a draft of the page in which an editor left these questions unfinished."""
    raw = {"title": "", "fields": list(fields), "checks": []}
    page.form = [("step", page._meta.get_field("form").stream_block.child_blocks["step"].to_python(raw))]
    page.save_revision(clean=False)


UNFINISHED = [
    {"type": "short_text", "value": {"label": "Motif", "pattern": "(", "key": "faux_1"}},
    {"type": "choice", "value": {"label": "Choix", "options": [], "key": "faux_2"}},
    {"type": "choice", "value": {"options": [{"type": "option", "value": {"label": ""}}], "key": "faux_3"}},
    {"type": "integer", "value": {"label": "", "min": None, "key": "faux_4"}},
    {"type": "date", "value": {"label": "Jour", "min": "demain", "key": "faux_5"}},
    {"type": "group", "value": {"label": "Enfants", "fields": [], "key": "faux_6"}},
    {"type": "files", "value": {"label": "Pièces", "accept": ["exe"], "key": "faux_7"}},
    {"type": "computed", "value": {"label": "Somme", "key": "faux_8"}},
    {"type": "short_text", "value": {"label": "Lequel", "key": "faux_9", "condition": {"all": [{}, 3]}}},
    {"type": "static_text", "value": {"key": "faux_10"}},
]


def test_unfinished_question_never_breaks_the_preview(editor, page):
    leave_open(page, {"type": "short_text", "value": {"label": "Nom", "key": "nom"}}, *UNFINISHED)
    key = page.get_latest_revision_as_object().form[0].value["key"]
    assert 'name="nom"' in text(editor.get(url(page, key)))
    assert text(editor.post(url(page, key), {"nom": "Marchetti"}))
    screen = text(editor.get(reverse("services:preview", args=[page.pk])))
    assert f"/preview/{key}/" in screen


def test_problems_of_a_question_are_shown_in_the_preview(editor, page):
    wrong = {"type": "short_text", "value": {"label": "Motif exact", "pattern": "(", "key": "faux"}}
    leave_open(page, wrong)
    key = page.get_latest_revision_as_object().form[0].value["key"]
    faults = [fault.message for fault in lint_service(draft_definition(page)) if fault.path == "field.faux"]
    assert faults
    assert all(fault in text(editor.get(url(page, key))) for fault in faults)


def test_question_that_cannot_be_rendered_becomes_text(editor, counter, monkeypatch):
    def broken(self, *args, **kwargs):
        raise ZeroDivisionError

    page = make_service(
        counter, content(step("un", question("nombre", "integer"), question("mot")), slug="un")
    )
    monkeypatch.setattr(type(field_types["integer"]), "form_field", broken)
    shown = text(editor.get(url(page, "un")))
    assert "nombre" in shown
    assert 'name="nombre"' not in shown
    assert 'name="mot"' in shown


def test_form_without_steps_has_an_empty_preview(editor, page):
    page.form = []
    page.save_revision(clean=False)
    text(editor.get(reverse("services:preview", args=[page.pk])))
    assert editor.get(url(page, "identite")).status_code == 404


def test_preview_offers_all_steps_languages_and_widths(editor, page):
    screen = text(editor.get(reverse("services:preview", args=[page.pk]) + "?step=motif&width=desktop"))
    assert f'src="{url(page, "motif")}"' in screen
    assert 'class="t4 trial desktop"' in screen
    for option in ('value="identite"', 'value="fr"', 'value="phone"'):
        assert option in screen


def test_preview_can_be_framed_by_the_site_only(editor, page):
    answer = editor.get(url(page, "identite"))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["preview", "rehearsal", "versions"])
def test_preview_requires_the_right_to_edit(client, name, page):
    client.force_login(UserFactory(is_staff=True, roles=["agents"]))
    assert client.get(reverse(f"services:{name}", args=[page.pk])).status_code in (302, 403)
    assert client.get(url(page, "identite")).status_code in (302, 403)


def test_page_editor_links_to_the_preview(editor, page):
    shown = text(editor.get(f"/admin/pages/{page.pk}/edit/"))
    for name in ("preview", "rehearsal", "versions"):
        assert reverse(f"services:{name}", args=[page.pk]) in shown
