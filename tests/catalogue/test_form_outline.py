"""The outline of a form: its texts, and editing of steps and questions."""

import copy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import GroupPagePermission, Locale

from eservices.accounts.roles import ensure_roles
from eservices.catalogue.definition.linter import publication_errors
from eservices.catalogue.editor import form_tree
from eservices.catalogue.editor.form_outline import FormReading, form_tree_of
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.condition_text import condition_text
from tests.factories.accounts import AgentFactory, EditorFactory, UserFactory
from tests.factories.catalogue import SERVICE, make_editor, make_service
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.home import translated


# -- The tree ------------------------------------------------------------------------------------------------
def block(key: str, kind: str = "short_text", **value) -> dict:
    return {"type": kind, "id": f"id-{key}", "value": {"key": key, "label": key, **value}}


def a_step(key: str, *fields: dict, **value) -> dict:
    return {
        "type": "step",
        "id": f"step-{key}",
        "value": {"key": key, "title": key, "fields": list(fields), **value},
    }


def tree() -> list[dict]:
    chosen = {"type": "option", "id": "id-oui", "value": {"value": "oui", "label": "Oui"}}
    return [
        a_step("qui", block("nom"), block("marie", "choice", options=[chosen])),
        a_step("conjoint", block("conjoint_nom", condition=when("marie")), condition=when("marie")),
        a_step(
            "enfants",
            block("enfants", "group", fields=[block("prenom"), block("age", condition=when("prenom"))]),
        ),
    ]


def shape(blocks: list[dict]) -> list:
    return [
        (one["value"]["key"], [inner["value"]["key"] for inner in form_tree.child_blocks(one)])
        for one in blocks
    ]


def counted():
    numbers = iter(range(1000))
    return lambda: f"new-{next(numbers)}"


@pytest.mark.parametrize(
    ("block_id", "by", "order"),
    [
        ("step-qui", 1, ["conjoint", "qui", "enfants"]),
        ("step-qui", -1, ["qui", "conjoint", "enfants"]),
        ("step-enfants", -2, ["enfants", "qui", "conjoint"]),
    ],
)
def test_step_moves_among_the_steps_and_stops_at_the_ends(block_id, by, order):
    assert [key for key, _fields in shape(form_tree.shift_block(tree(), block_id, by))] == order


def test_question_moves_within_its_step_or_group():
    moved = form_tree.shift_block(tree(), "id-marie", -1)
    assert shape(moved)[0] == ("qui", ["marie", "nom"])
    inner = form_tree.shift_block(tree(), "id-age", -1)
    assert shape(form_tree.child_blocks(inner[2])) == [("enfants", ["age", "prenom"])]


def test_tree_functions_do_not_change_their_input():
    before = tree()
    kept = copy.deepcopy(before)
    form_tree.shift_block(before, "step-qui", 1)
    form_tree.remove_block(before, "id-nom")
    form_tree.copy_block(before, "step-qui")
    form_tree.place_block(before, "id-nom", "step-conjoint", 0)
    form_tree.insert_fields(before, "step-qui", [block("neuf")], 0)
    assert before == kept


def test_question_moves_to_another_step():
    moved = form_tree.place_block(tree(), "id-nom", "step-conjoint", 1)
    assert shape(moved)[:2] == [("qui", ["marie"]), ("conjoint", ["conjoint_nom", "nom"])]


def test_question_moves_from_its_group_to_a_step():
    moved = form_tree.place_block(tree(), "id-age", "step-qui", 0)
    assert shape(moved)[0] == ("qui", ["age", "nom", "marie"])


def test_step_is_removed_with_its_questions():
    assert shape(form_tree.remove_block(tree(), "step-qui")) == [
        ("conjoint", ["conjoint_nom"]),
        ("enfants", ["enfants"]),
    ]


@pytest.mark.parametrize(
    "act",
    [
        form_tree.remove_block,
        lambda t, i: form_tree.shift_block(t, i, 1),
        form_tree.copy_block,
        form_tree.find_block,
    ],
)
def test_missing_block_raises(act):
    with pytest.raises(form_tree.BlockMissing):
        act(tree(), "id-of-nothing")


def test_copied_step_gets_new_ids_and_keys():
    made, copy_id = form_tree.copy_block(tree(), "step-qui", counted())
    assert shape(made)[:2] == [("qui", ["nom", "marie"]), ("qui_2", ["nom_2", "marie_2"])]
    assert copy_id == made[1]["id"]
    ids = [one["id"] for one in form_tree.walk_blocks(made)]
    assert len(ids) == len(set(ids))
    [option] = form_tree.child_blocks(form_tree.child_blocks(made[1])[1], "options")
    assert (option["id"], option["value"]["value"]) == ("new-3", "oui")


def test_conditions_inside_a_copied_step_refer_to_the_copy():
    made, _id = form_tree.copy_block(tree(), "step-enfants", counted())
    [group] = form_tree.child_blocks(made[3])
    assert form_tree.child_blocks(group)[1]["value"]["condition"] == when("prenom_2")
    outside, _id = form_tree.copy_block(tree(), "step-conjoint", counted())
    assert outside[2]["value"]["condition"] == when("marie")


def test_comparisons_and_nested_conditions_are_renamed():
    condition = {"all": [when("fin", "after", {"field": "debut"}), {"any": [when("autre")]}]}
    assert form_tree.rename_in_condition(condition, {"debut": "debut_2", "autre": "x"}) == {
        "all": [when("fin", "after", {"field": "debut_2"}), {"any": [when("x")]}]
    }


def test_formulas_of_a_copy_refer_to_the_copy():
    counted_up = block(
        "somme", "computed", formula={"operation": "sum", "fields": ["nom", "enfants.age", "ailleurs"]}
    )
    [_nom, made] = form_tree.renew_keys([block("nom"), counted_up], tree(), counted())
    assert made["value"]["formula"]["fields"] == ["nom_2", "enfants.age", "ailleurs"]


@pytest.mark.parametrize(
    ("key", "taken", "made"),
    [
        ("nom", set(), "nom"),
        ("nom", {"nom"}, "nom_2"),
        ("nom", {"nom", "nom_2"}, "nom_3"),
        ("nom_2", {"nom_2"}, "nom_3"),
        ("x" * 60, {"x" * 60}, "x" * 55 + "_2"),
    ],
)
def test_used_key_gets_the_next_number(key, taken, made):
    assert form_tree.free_key(key, taken) == made


def test_block_without_label_is_named_by_its_text():
    long = {"type": "static_text", "id": "1", "value": {"label": "", "text": "Un texte\nassez long. " * 20}}
    assert form_tree.block_title(long).startswith("Un texte assez long.")
    assert len(form_tree.block_title(long)) <= 90


# -- The screen ----------------------------------------------------------------------------------------------
@pytest.fixture
def editor(client, db):
    client.force_login(make_editor())
    return client


def latest(page) -> ServicePage:
    return ServicePage.objects.get(pk=page.pk).get_latest_revision_as_object()


def ids(page) -> dict[str, str]:
    """Return the ids of steps, questions and validation rules by key."""
    return {one["value"]["key"]: one["id"] for one in form_tree.walk_blocks(form_tree_of(latest(page)))}


def post(client, page, name: str, key: str = "", data: dict | None = None):
    """Press a button of the outline for the block with this key."""
    arguments = [page.pk, ids(page)[key]] if key else [page.pk]
    return client.post(reverse(f"editor:{name}", args=arguments), data or {})


def order(page) -> list[str]:
    return [key for key, _fields in shape(form_tree_of(latest(page)))]


def fields(page, number: int = 0) -> list[str]:
    return shape(form_tree_of(latest(page)))[number][1]


def test_form_tab_is_an_outline_in_words(editor, page):
    shown = editor.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    condition = condition_text(when("motif", value="autre"), FormReading(page).definition, "fr")
    shown_if = _("Shown only if %(words)s") % {"words": condition}
    for words in ("identite", "prenom", "Motif", shown_if, _("Decides on:")):
        assert words in shown
    assert 'name="form-count"' not in shown


def test_saving_the_page_keeps_the_form(editor, page):
    before = form_tree_of(latest(page))
    shown = editor.get(f"/admin/pages/{page.pk}/edit/")
    form = shown.context["form"]
    assert "form" not in form.fields
    draft = latest(page)
    draft.title = "Autre titre"
    draft.save_revision()
    assert (latest(page).title, form_tree_of(latest(page))) == ("Autre titre", before)


def test_outline_lists_what_depends_on_a_question(page):
    reading = FormReading(latest(page))
    motif = reading.outline.steps[1].questions[0]
    assert motif.opens == ["precision"]
    assert reading.broken_by(form_tree.find_block(reading.tree, motif.id).block) == [("Motif", ["precision"])]
    assert reading.broken_by(reading.tree[1]) == []


def test_problems_are_listed_at_their_place_with_a_link(page):
    page.form[1].value["fields"][1].value["condition"] = when("inconnu")
    page.team = ""
    reading = FormReading(page)
    at_question = reading.outline.steps[1].questions[1].faults
    step_id, block_id = reading.tree[1]["id"], reading.outline.steps[1].questions[1].id
    assert [one.url for one in at_question] == [
        f"/admin/pages/services/{page.pk}/steps/{step_id}/#block-{block_id}"
    ]
    [beside] = [one for one in reading.outline.form_level_problems if one.is_error]
    assert beside.url == f"/admin/pages/{page.pk}/edit/#id_team"


def test_missing_translations_are_counted_with_a_link(page):
    translated(page.get_parent(), "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung"}
    page = make_service(page.get_parent(), definition)
    german = page.get_translations().get()
    [hint] = [one for one in FormReading(page).faults if "German" in one.message or "Deutsch" in one.message]
    assert not hint.is_error
    assert hint.url == f"/admin/pages/{german.pk}/edit/"


def test_steps_and_questions_move_by_buttons(editor, page):
    assert post(editor, page, "down", "identite").status_code == 200
    assert order(page) == ["motif", "identite"]
    assert 'data-focus="' + ids(page)["nom"] in post(editor, page, "up", "nom").content.decode()
    assert fields(page, 1) == ["nom", "prenom", "courriel"]


def test_every_change_is_a_revision_of_its_editor(editor, page):
    before = page.revisions.count()
    post(editor, page, "down", "prenom")
    assert page.revisions.count() == before + 1
    assert latest(page).latest_revision.user.email == "redaction@orvenay.example"
    assert ServicePage.objects.get(pk=page.pk).has_unpublished_changes
    assert page.online_form.versions.count() == 1


def test_question_moves_to_another_step_by_a_dialog(editor, page):
    asked = editor.get(reverse("editor:move_to_step", args=[page.pk, ids(page)["nom"]]))
    assert "2. motif" in asked.content.decode()
    data = {"move-step": form_tree_of(latest(page))[1]["id"], "move-end": "first"}
    assert post(editor, page, "move_to_step", "nom", data).status_code == 200
    assert fields(page, 1) == ["nom", "motif", "precision"]


def test_copied_question_gets_its_own_key(editor, page):
    post(editor, page, "copy", "prenom")
    assert fields(page) == ["prenom", "prenom_2", "nom", "courriel"]


def test_removal_asks_first_and_lists_what_would_break(editor, page):
    question_id = form_tree_of(latest(page))[1]["value"]["fields"][0]["id"]
    url = reverse("editor:remove", args=[page.pk, question_id])
    assert "precision" in editor.get(url).content.decode()
    assert fields(page, 1) == ["motif", "precision"]
    removed = editor.post(url)
    assert fields(page, 1) == ["precision"]
    assert _("“%(title)s” is removed.") % {"title": "Motif"} in removed.content.decode()


def test_removal_is_undone_unless_the_form_changed_since(editor, page):
    post(editor, page, "remove", "nom")
    undo = reverse("editor:undo", args=[page.pk, latest(page).latest_revision_id])
    assert editor.post(undo).status_code == 200
    assert fields(page) == ["prenom", "nom", "courriel"]
    assert editor.post(undo).status_code == 409


def test_step_is_added_empty_or_from_a_block(editor, page):
    data = {"add-title": "Contact", "add-block": "", "add-place": "1"}
    assert post(editor, page, "add_step", data=data).status_code == 200
    post(editor, page, "add_step", data={"add-title": "Vous", "add-block": "person", "add-place": "0"})
    assert shape(form_tree_of(latest(page)))[:3] == [
        ("vous", ["prenom_2", "nom_2", "naissance"]),
        ("identite", ["prenom", "nom", "courriel"]),
        ("contact", []),
    ]


def test_step_without_a_title_is_refused(editor, page):
    answer = post(editor, page, "add_step", data={"add-title": "", "add-place": "0"})
    assert (answer.status_code, order(page)) == (422, ["identite", "motif"])
    assert "outline-error" in answer.content.decode()


def test_added_question_gets_a_key_from_its_label(editor, page):
    data = {"add-label": "Date de naissance", "add-kind": "date", "add-place": "1", "add-required": "on"}
    editor.post(reverse("editor:add_question", args=[page.pk, form_tree_of(latest(page))[0]["id"]]), data)
    assert fields(page) == ["prenom", "date_de_naissance", "nom", "courriel"]
    made = latest(page).form[0].value["fields"][1]
    assert (made.block_type, made.value["required"]) == ("date", True)


def test_unknown_question_type_is_refused(editor, page):
    data = {"add-label": "X", "add-kind": "telepathy", "add-place": "0"}
    answer = editor.post(
        reverse("editor:add_question", args=[page.pk, form_tree_of(latest(page))[0]["id"]]), data
    )
    assert (answer.status_code, fields(page)) == (422, ["prenom", "nom", "courriel"])


def test_inserted_block_keeps_its_conditions_consistent(editor, page):
    url = reverse("editor:insert_block", args=[page.pk, form_tree_of(latest(page))[1]["id"]])
    for _time in range(2):
        editor.post(url, {"add-block": "bank-account", "add-place": "0"})
    steps = form_tree_of(latest(page))
    assert fields(page, 1)[:4] == ["iban_2", "compte_personnel_2", "titulaire_compte_2", "iban"]
    assert steps[1]["value"]["fields"][2]["value"]["condition"]["field"] == "compte_personnel_2"
    assert publication_errors(FormReading(latest(page)).definition.content) == []


def test_change_of_a_removed_question_returns_the_current_form(editor, page):
    url = reverse("editor:up", args=[page.pk, ids(page)["nom"]])
    post(editor, page, "remove", "nom")
    answer = editor.post(url)
    assert answer.status_code == 410
    assert "courriel" in answer.content.decode()


# -- Access --------------------------------------------------------------------------------------------------
ACTS = [
    ("post", "down", {}),
    ("post", "copy", {}),
    ("get", "remove", {}),
    ("post", "remove", {}),
    ("get", "move_to_step", {}),
    ("post", "move_to_step", {}),
]


def may_edit(user, page) -> None:
    """Grant rights on the page, as Wagtail gives them to a group."""
    group = ensure_roles()["editors"]
    GroupPagePermission.objects.create(group=group, page=page, permission_type="change")
    user.groups.add(group)


@pytest.mark.parametrize(("method", "name", "data"), ACTS)
@pytest.mark.parametrize("who", [AgentFactory, EditorFactory, UserFactory, None])
def test_form_cannot_be_edited_without_rights_on_the_page(client, page, who, method, name, data):
    if who:
        client.force_login(who())
    before = form_tree_of(latest(page))
    url = reverse(f"editor:{name}", args=[page.pk, ids(page)["prenom"]])
    answer = getattr(client, method)(url, data)
    assert answer.status_code in (302, 403, 404)
    assert form_tree_of(latest(page)) == before


def test_editor_with_rights_on_the_page_edits_its_form(client, page):
    user = EditorFactory()
    may_edit(user, page)
    client.force_login(user)
    assert post(client, page, "down", "prenom").status_code == 200
    assert fields(page) == ["nom", "prenom", "courriel"]


def test_page_that_is_no_service_has_no_outline(editor, page):
    assert editor.get(reverse("editor:outline", args=[page.get_parent().pk])).status_code == 404
    assert editor.post(reverse("editor:start", args=[0])).status_code == 404


def test_outline_buttons_require_post(editor, page):
    assert editor.get(reverse("editor:up", args=[page.pk, ids(page)["nom"]])).status_code == 405


def test_locked_page_is_shown_but_not_changed(editor, page):
    other = UserFactory(is_staff=True)
    ServicePage.objects.filter(pk=page.pk).update(locked=True, locked_by=other)
    shown = editor.get(reverse("editor:outline", args=[page.pk])).content.decode()
    assert "outline-obstacle" in shown
    assert "data-do=" not in shown
    assert post(editor, page, "down", "prenom").status_code == 409
    assert fields(page) == ["prenom", "nom", "courriel"]


def test_scheduled_page_is_shown_but_not_changed(editor, page):
    revision = latest(page).save_revision()
    revision.approved_go_live_at = timezone.now() + timedelta(days=1)
    revision.save()
    shown = editor.get(reverse("editor:outline", args=[page.pk])).content.decode()
    assert "La publication de la page est programmée" in shown
    assert "quelqu’un d’autre" not in shown
    assert post(editor, page, "down", "prenom").status_code == 409


def test_translation_shows_its_texts_and_links_to_the_source(editor, page):
    translated(page.get_parent(), "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Bestätigung", "step.identite.title": "Sie"}
    page = make_service(page.get_parent(), definition)
    german = page.get_translation(Locale.objects.get(language_code="de"))
    shown = editor.get(reverse("editor:outline", args=[german.pk])).content.decode()
    assert "Sie" in shown
    assert f"/admin/pages/{page.pk}/edit/#form-outline" in shown
    refused = post(editor, german, "down", "prenom")
    assert refused.status_code == 409
    sentence = _("Edit the form in its first language. Here you can only translate its texts.")
    assert sentence in refused.content.decode()
    assert fields(german) == ["prenom", "nom", "courriel"]


def test_concurrent_edits_in_two_places_are_both_kept(editor, page, client):
    """Save a page object that is older than the form saved by another editor."""
    theirs = latest(page)
    post(editor, page, "copy", "nom")
    theirs.title = "Attestation"
    theirs.save_revision()
    assert latest(page).title == "Attestation"
    assert fields(page) == ["prenom", "nom", "nom_2", "courriel"]


def test_page_saved_with_its_own_form_keeps_it(page, editor):
    theirs = latest(page)
    post(editor, page, "copy", "nom")
    theirs.form = form_tree_of(page)[:1]
    theirs.save_revision()
    assert order(page) == ["identite"]


def test_outline_of_390_questions_needs_few_queries(editor, page, django_assert_max_num_queries):
    steps = [
        step(
            f"etape_{number}",
            *(question(f"q{number}_{one}", "choice", options=options("a", "b")) for one in range(15)),
        )
        for number in range(26)
    ]
    page = make_service(page.get_parent(), content(*steps, slug="grand"))
    with django_assert_max_num_queries(25):
        shown = editor.get(reverse("editor:outline", args=[page.pk]))
    assert shown.content.decode().count('class="outline-question"') == 390
