"""A service built by an editor in Wagtail's admin without technical knowledge, and used by a resident."""

import copy

import pytest
from django.utils.translation import gettext as _
from playwright.sync_api import expect

from eservices.cases.models import Case
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.blocks import COMPARISONS
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.models import Form
from tests.catalogue.test_form_outline import latest
from tests.factories.catalogue import SERVICE, make_counter, make_editor, make_service
from tests.factories.formbuilder import question
from tests.factories.home import CommuneSettingsFactory, translated
from tests.support.browser import assert_accessible, press
from tests.support.pages.form_step import FormStepPage
from tests.support.pages.service_editor import ServiceEditorPage, StepEditorPage

pytestmark = pytest.mark.usefixtures("transactional_db")
with_clock = pytest.mark.parametrize("editor", [{"clock": True}], indirect=True, ids=[""])
RESIDENT = {"prenom": "Élodie", "nom": "Rochat", "courriel": "elodie@courriel.example"}


@pytest.fixture
def editor(visit, request):
    """Open a browser page with an editor signed in who may publish everything."""
    CommuneSettingsFactory()
    return visit(user=make_editor(), height=1100, **getattr(request, "param", {}))


@pytest.fixture
def outline(editor):
    return ServiceEditorPage(editor)


@pytest.mark.database
def test_added_question_with_condition_is_shown_to_residents(visit, editor, outline):
    service = make_service(lead="Une attestation en deux minutes.")
    outline.open(service)
    assert_accessible(editor, ".outline")

    editor.locator(".outline-step").nth(1).get_by_role("button").filter(has_text=_("Question")).first.click()
    assert_accessible(editor, "dialog")
    outline.dialog.get_by_label(_("Question"), exact=True).fill("Adresse du bien")
    outline.dialog.locator("button[type=submit]").click()
    expect(outline.row("Adresse du bien")).to_be_visible()

    editor.get_by_role("link", name="Adresse du bien").click()
    steps = StepEditorPage(editor)
    expect(steps.label(2)).to_be_focused()
    asked = steps.question(2)
    asked.get_by_role("button", name=_("Show only if…")).click()
    asked.get_by_role("combobox", name=_("Question")).select_option(label="Motif")
    asked.get_by_role("combobox", name=_("Value")).select_option(label="bail")
    steps.save("motif")
    outline.open(service)
    outline.publish()

    field = Form.objects.get().current.definition.fields["adresse_du_bien"]
    assert field.condition == {"field": "motif", "operator": "equals", "value": "bail"}

    # The pages themselves are judged by the journeys of residents.
    resident = visit(width=360, javascript=False)
    form = FormStepPage(resident)
    resident.goto(service.get_url())
    press(resident.locator(".start .btn"))
    form.fill(**RESIDENT)
    form.go_on()
    expect(resident.get_by_label("Adresse du bien")).to_be_hidden()
    resident.get_by_label("bail").check()
    form.go_on()
    expect(resident.get_by_label("Adresse du bien")).to_be_visible()
    assert_accessible(resident)


@with_clock
def test_outline_is_rearranged_saved_and_checked(editor, outline):
    service = make_service(lead="Une attestation en deux minutes.")
    outline.open(service)

    # Questions are arranged by keyboard.
    outline.button("prenom", "down").focus()
    editor.keyboard.press("Enter")
    moved = _("Moved to place %(place)s of %(places)s.") % {"place": 2, "places": 3}
    expect(outline.news).to_have_text(moved)
    expect(outline.button("prenom", "down")).to_be_focused()
    editor.keyboard.press("Enter")
    expect(outline.row("prenom").locator("a").first).to_be_focused()  # the last one: the button is disabled
    outline.button("nom", "menu").focus()
    editor.keyboard.press("Enter")
    editor.keyboard.press("ArrowDown")
    expect(editor.get_by_role("button", name=_("Move to another step…"))).to_be_focused()
    editor.keyboard.press("Escape")
    expect(outline.button("nom", "menu")).to_be_focused()
    assert questions_of(service) == ["nom", "courriel", "prenom"]

    # A removed question is restored.
    outline.remove("nom")
    expect(outline.row("nom")).to_have_count(0)
    editor.locator(".outline-undo button").click()
    expect(outline.row("nom")).to_be_visible()

    # Wagtail saves the page automatically and the outline saves too: neither overwrites the other.
    editor.get_by_role("tab").first.click()
    editor.clock.fast_forward(2_500)  # Wagtail looks for changes from here on
    editor.locator("#id_title").fill("Attestation neuve")
    editor.get_by_role("tab").nth(1).click()
    outline.button("nom", "down").click()
    expect(outline.news).to_have_text(moved)
    editor.get_by_role("tab").first.click()
    editor.locator("#id_title").fill("Attestation toute neuve")
    for _time in range(100):  # Wagtail saves after a pause in typing
        editor.clock.run_for(500)
        if latest(service).title == "Attestation toute neuve":
            break
        editor.wait_for_timeout(50)
    assert latest(service).title == "Attestation toute neuve"
    assert questions_of(service) == ["courriel", "nom", "prenom"]

    # The removal of a question warns of conditions, and its faults prevent publishing.
    editor.get_by_role("tab").nth(1).click()
    outline.choose("Motif", _("Remove the question…"))
    expect(outline.dialog).to_contain_text("precision")
    outline.dialog.locator("button[type=submit]").click()
    expect(editor.locator(".verdict-button.error")).to_be_visible()
    assert_accessible(editor, ".outline")
    outline.publish()
    expect(editor.locator(".messages a").first).to_be_visible()
    assert Form.objects.get().versions.count() == 1
    editor.locator(".messages a").first.click()
    expect(editor.locator("[name=step-fields-0-value-label]")).to_be_focused()
    outline.open(service)
    editor.locator(".verdict-button").click()
    assert_accessible(editor, "#form-faults")
    editor.locator("#form-faults a").first.click()
    expect(editor.locator("[name=step-fields-0-value-label]")).to_be_focused()


def questions_of(service) -> list[str]:
    """Return the questions of the first step as they are stored."""
    return [child.value["label"] for child in latest(service).form[0].value["fields"]]


NEVER = {"any": []}
PARTLY_NEVER = {"all": [{"field": "motif", "operator": "filled"}, NEVER]}


def test_conditions_are_built_and_shown(editor):
    definition = copy.deepcopy(SERVICE)
    definition["steps"][1]["fields"] += [
        question("jamais", condition=NEVER),
        question("parfois", condition=PARTLY_NEVER),
    ]
    definition["texts"]["fr"] |= {"field.jamais.label": "jamais", "field.parfois.label": "parfois"}
    service = make_service(definition=definition, lead="Une attestation en deux minutes.")
    step = latest(service).form[1]
    steps = StepEditorPage(editor)
    steps.open(service, step, 1)

    # Conditions that never hold are shown, and stay when something else changes.
    for number, words in ((2, _("Never shown")), (3, _("never"))):
        steps.question(number).locator("[data-panel-toggle]").first.click()
        expect(steps.question(number).locator(".condition-lead", has_text=words)).to_be_visible()
        steps.label(number).fill(f"Mise de côté {number}")

    # A nested condition is built by choosing.
    asked = steps.question(1)
    expect(asked.locator(".condition-lead")).to_have_text(_("Shown only if"))
    asked.get_by_role("button", name=_("A group of lines")).click()
    asked.locator("[data-at='1.0.question']").select_option(label="nom")
    # Only comparisons that fit the question are offered.
    for at, kind in (("0", "choice"), ("1.0", "short_text")):
        offered = asked.locator(f"[data-at='{at}.operator'] option").evaluate_all(
            "(all) => all.map((one) => one.value)"
        )
        assert offered == [*COMPARISONS[field_types[kind].compares]]
    asked.locator("[data-at='1.0.operator']").select_option("contains")
    asked.locator("[data-at='1.0.value']").fill("chat")
    asked.locator("[data-at='1.add']").click()
    asked.locator("[data-at='1.1.question']").select_option(label="courriel")
    asked.locator("[data-at='1.1.operator']").select_option("filled")
    assert steps.condition(1) == {
        "all": [
            {"field": "motif", "operator": "equals", "value": "autre"},
            {
                "any": [
                    {"field": "nom", "operator": "contains", "value": "chat"},
                    {"field": "courriel", "operator": "filled"},
                ]
            },
        ]
    }
    steps.assert_accessible()
    steps.save("motif")
    stored = [child.value for child in latest(service).form[1].value["fields"]]
    assert [(one["label"], one["condition"]) for one in stored[2:]] == [
        ("Mise de côté 2", NEVER),
        ("Mise de côté 3", PARTLY_NEVER),
    ]
    steps.open(service, step, 1)
    asked.locator("[data-at='1.remove']").click()
    assert steps.condition(1)["field"] == "motif"


@with_clock
def test_service_is_begun_from_a_starter_or_empty(editor, outline):
    index = make_counter()

    # From a starter, it lacks only a team.
    editor.goto(f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/")
    assert_accessible(editor, ".begin")
    editor.get_by_role("button", name="Réservation de salle").click()
    editor.wait_for_load_state("networkidle")
    page = ServicePage.objects.get()
    outline.open(page)
    expect(editor.locator(".outline-step")).to_have_count(3)
    editor.locator(".outline-faults.beside a").first.click()
    expect(editor.locator("#id_team")).to_be_focused()

    # Empty, it gets its outline when it has a title.
    editor.goto(f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/?empty")
    editor.clock.fast_forward(2_500)  # Wagtail looks for changes from here on
    editor.locator("#id_title").fill("Vélos")
    editor.locator("#id_lead").fill("Une subvention.")
    expect(editor.locator("#w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    editor.get_by_role("tab").nth(1).click()
    expect(editor.locator(".starter-card").first).to_be_visible()
    assert_accessible(editor, ".outline")
    editor.locator(".starter-card.plain").click()
    outline.dialog.get_by_label(_("Title"), exact=True).fill("Vous")
    outline.dialog.locator("[value=person]").check()
    outline.dialog.locator("button[type=submit]").click()
    expect(editor.locator(".outline-question")).to_have_count(3)


def test_draft_is_previewed_rehearsed_and_compared(editor):
    index = make_counter()
    translated(index, "de", title="Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {
        "title": "Bestätigung",
        "step.motif.title": "Wozu",
        "field.motif.label": "Grund",
    }
    service = make_service(index, definition, lead="Une attestation en deux minutes.")
    step = latest(service).form[1]

    # The preview beside the step: updated while typing, in each language, as wide as a phone.
    steps = StepEditorPage(editor)
    steps.open(service, step)
    label = steps.label(0)
    editor.locator("[data-side-panel-toggle=step-preview]").click()
    expect(editor.locator("iframe[name=step-preview]")).to_be_visible()
    # A locator in an empty frame waits forever.
    while not any("/preview/" in one.url for one in editor.frames):
        editor.wait_for_timeout(50)
    beside = editor.frame_locator("iframe[name=step-preview]")
    expect(beside.get_by_text("Motif", exact=True)).to_be_visible()
    label.fill("Pour quoi faire")
    expect(beside.get_by_text("Pour quoi faire", exact=True)).to_be_visible()
    editor.locator(".step-preview select").select_option("de")
    expect(beside.get_by_role("heading", name="Wozu")).to_be_visible()
    editor.locator("[data-side-panel-toggle=step-preview]").click()

    # Open parts are collapsed by their title, or all at once by a button.
    editor.get_by_role("button", name="Tout replier").click()
    expect(label).to_be_hidden()
    steps.save("motif")

    # The whole draft, in a frame as wide as a phone.
    editor.goto(f"/admin/pages/services/{service.pk}/preview/?step=motif&lang=de&width=phone")
    frame = editor.frame_locator("iframe.trial")
    expect(frame.get_by_role("heading", name="Wozu")).to_be_visible()
    assert 300 < editor.locator("iframe.trial").bounding_box()["width"] < 430
    assert_accessible(editor, ".desk")

    # A rehearsal from the first question to the decision, which notifies nobody.
    editor.goto(f"/admin/pages/services/{service.pk}/rehearsal/")
    assert_accessible(editor, ".desk")
    press(editor.get_by_role("button", name=_("Rehearse")))
    form = FormStepPage(editor)
    form.fill(**RESIDENT)
    assert_accessible(editor)
    form.go_on()
    expect(editor.get_by_text("Pour quoi faire", exact=True)).to_be_visible()
    editor.locator("[value=bail]").check()
    form.go_on()
    editor.locator("[name=declared]").check()
    press(editor.locator("main form .btn").last)
    assert Case.objects.real().count() == 0
    editor.goto(f"/admin/pages/services/{service.pk}/rehearsal/{Case.objects.get().reference}/")
    assert_accessible(editor, ".desk")

    # Comparison with the published version.
    editor.goto(f"/admin/pages/services/{service.pk}/versions/")
    assert_accessible(editor, ".desk")
    press(editor.locator("th a").last)
    changed = editor.locator("tr", has=editor.locator("del", has_text="Motif"))
    expect(changed.locator("ins")).to_have_text("Pour quoi faire")
    assert_accessible(editor, ".desk")


def test_fees_are_collapsed_and_expanding_one_changes_nothing(editor, outline):
    definition = copy.deepcopy(SERVICE)
    bail = {"field": "motif", "operator": "equals", "value": "bail"}
    definition["fees"] = [{"key": "prix", "amount": 1500, "vat": "8.1", "condition": bail}]
    definition["texts"]["fr"]["fee.prix"] = "Émolument"
    service = make_service(make_counter(), definition, lead="Une attestation en deux minutes.")
    outline.open(service)
    place = '[data-streamfield-child]:has(> input[name="fees-0-type"])'
    fee = editor.locator(place)
    expect(fee.get_by_role("heading")).to_contain_text("Émolument 15.00")
    told = """[...new FormData(document.querySelector('form[data-edit-form]'))]
        .filter(([name]) => name.startsWith('fees-'))"""  # editors of rich text fill theirs in after they have started
    folded = editor.evaluate(told)
    assert ["fees-0-value-amount", "15.00"] in folded
    assert editor.locator("[name=fees-0-value-amount]").get_attribute("type") == "hidden"

    fee.locator("[data-panel-toggle]").click()
    amount = editor.locator("[name=fees-0-value-amount]")
    expect(amount).to_be_visible()
    expect(fee.get_by_role("combobox", name=_("Question")).first).to_have_value("motif")
    assert editor.evaluate(told) == folded
    assert_accessible(editor, place)

    amount.fill("20")
    fee.locator("[data-streamfield-action=DUPLICATE]").click()
    expect(editor.locator("[name=fees-1-value-amount]")).to_have_value("20")
    editor.locator("[name=fees-1-value-label]").fill("Et encore")
    editor.locator(".footer").get_by_role("button", name="Enregistrer").first.click()
    editor.wait_for_load_state("networkidle")
    fees = [(one.value["label"], one.value["amount"], one.value["condition"]) for one in latest(service).fees]
    assert fees == [("Émolument", 20, bail), ("Et encore", 20, bail)]
