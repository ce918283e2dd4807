"""A service built by an editor in Wagtail's admin without technical knowledge, and used by a resident."""

import copy
import json

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
from tests.factories.home import CommuneSettingsFactory, translated
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def editor(visit, client, live_server):
    """Open a browser page with an editor signed in who may publish everything."""
    CommuneSettingsFactory()
    window = visit(height=1100)
    client.force_login(make_editor())
    cookie = client.cookies["sessionid"]
    window.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return window


def open_form(editor, service) -> None:
    editor.goto(f"/admin/pages/{service.pk}/edit/#form-outline")
    expect(editor.locator("#form-verdict")).to_be_visible()


def row(editor, words):
    """Return the row of a question in the outline."""
    return editor.locator(".outline-question", has=editor.get_by_role("link", name=words, exact=True)).first


def menu(editor, words, act) -> None:
    row(editor, words).locator("[data-do=menu]").click()
    editor.locator(".outline-menu:popover-open").get_by_role("button", name=act).click()


def dialog(editor):
    return editor.locator("dialog[open]")


def publish(editor) -> None:
    editor.locator("[data-w-dropdown-target=toggle]", has=editor.locator("svg.icon-arrow-up")).last.click()
    press(editor.get_by_role("button", name="Publier"))


def assert_step_accessible(editor) -> None:
    # Scroll to the top, so that nothing is half hidden.
    editor.evaluate("document.querySelector('main').scrollTo({top: 0, behavior: 'instant'})")
    assert_accessible(editor, ".step-form")


def condition_in(editor, name) -> dict:
    return json.loads(editor.locator(f'[name="{name}"]').input_value())


@pytest.mark.database
def test_added_question_with_condition_is_shown_to_residents(visit, editor):
    service = make_service(lead="Une attestation en deux minutes.")
    open_form(editor, service)
    assert_accessible(editor, ".outline")

    editor.locator(".outline-step").nth(1).get_by_role("button").filter(has_text=_("Question")).first.click()
    assert_accessible(editor, "dialog")
    dialog(editor).get_by_label(_("Question"), exact=True).fill("Adresse du bien")
    dialog(editor).locator("button[type=submit]").click()
    expect(row(editor, "Adresse du bien")).to_be_visible()

    editor.get_by_role("link", name="Adresse du bien").click()
    expect(editor.locator("[name=step-fields-2-value-label]")).to_be_focused()
    question = editor.locator('[data-streamfield-child]:has(> input[name="step-fields-2-type"])')
    question.get_by_role("button", name=_("Show only if…")).click()
    question.get_by_role("combobox", name=_("Question")).select_option(label="Motif")
    question.get_by_role("combobox", name=_("Value")).select_option(label="bail")
    assert_step_accessible(editor)
    editor.get_by_role("button", name=_("Save the step")).click()
    expect(editor.get_by_text(_("The step “%(title)s” is saved.") % {"title": "motif"})).to_be_visible()
    open_form(editor, service)
    publish(editor)

    field = Form.objects.get().current.definition.fields["adresse_du_bien"]
    assert field.condition == {"field": "motif", "operator": "equals", "value": "bail"}

    resident = visit(width=360, javascript=False)
    resident.goto(service.get_url())
    assert_accessible(resident)
    press(resident.locator(".start .btn"))
    assert_accessible(resident)
    for name, text in (("prenom", "Élodie"), ("nom", "Rochat"), ("courriel", "elodie@courriel.example")):
        resident.locator(f"[name={name}]").fill(text)
    press(resident.locator("form > p.go .btn").first)
    expect(resident.get_by_label("Adresse du bien")).to_be_hidden()
    assert_accessible(resident)
    resident.get_by_label("bail").check()
    press(resident.locator("form > p.go .btn").first)
    expect(resident.get_by_label("Adresse du bien")).to_be_visible()
    assert_accessible(resident)


def test_steps_and_questions_are_arranged_by_keyboard(editor):
    service = make_service(lead="Une attestation en deux minutes.")
    open_form(editor, service)
    button = row(editor, "prenom").locator("[data-do=down]")
    button.focus()
    editor.keyboard.press("Enter")
    expect(editor.locator(".outline [role=status]")).to_have_text(
        _("Moved to place %(place)s of %(places)s.") % {"place": 2, "places": 3}
    )
    expect(row(editor, "prenom").locator("[data-do=down]")).to_be_focused()
    editor.keyboard.press("Enter")
    expect(
        row(editor, "prenom").locator("a").first
    ).to_be_focused()  # it is the last one: the button is disabled
    row(editor, "nom").locator("[data-do=menu]").focus()
    editor.keyboard.press("Enter")
    editor.keyboard.press("ArrowDown")
    expect(editor.get_by_role("button", name=_("Move to another step…"))).to_be_focused()
    editor.keyboard.press("Escape")
    expect(row(editor, "nom").locator("[data-do=menu]")).to_be_focused()
    titles = [child.value["label"] for child in latest(service).form[0].value["fields"]]
    assert titles == ["nom", "courriel", "prenom"]


def test_removal_of_a_question_warns_of_conditions_and_faults(editor):
    service = make_service(lead="Une attestation en deux minutes.")
    open_form(editor, service)
    menu(editor, "Motif", _("Remove the question…"))
    expect(dialog(editor)).to_contain_text("precision")
    dialog(editor).locator("button[type=submit]").click()
    expect(editor.locator(".verdict-button.error")).to_be_visible()
    assert_accessible(editor, ".outline")
    publish(editor)
    expect(editor.locator(".messages a").first).to_be_visible()
    assert Form.objects.get().versions.count() == 1

    editor.locator(".messages a").first.click()
    expect(editor.locator("[name=step-fields-0-value-label]")).to_be_focused()
    open_form(editor, service)
    editor.locator(".verdict-button").click()
    assert_accessible(editor, "#form-faults")
    editor.locator("#form-faults a").first.click()
    expect(editor.locator("[name=step-fields-0-value-label]")).to_be_focused()


def test_removed_question_is_restored(editor):
    service = make_service(lead="Une attestation en deux minutes.")
    open_form(editor, service)
    menu(editor, "nom", _("Remove the question…"))
    dialog(editor).locator("button[type=submit]").click()
    expect(row(editor, "nom")).to_have_count(0)
    editor.locator(".outline-undo button").click()
    expect(row(editor, "nom")).to_be_visible()


def test_typed_page_fields_are_saved_before_the_outline_changes(editor):
    """Wagtail saves the page automatically and the outline saves too: neither overwrites the other."""
    service = make_service(lead="Une attestation en deux minutes.")
    open_form(editor, service)
    editor.get_by_role("tab").first.click()
    editor.wait_for_timeout(2500)  # Wagtail looks for changes from here on
    editor.locator("#id_title").fill("Attestation neuve")
    editor.get_by_role("tab").nth(1).click()
    row(editor, "prenom").locator("[data-do=down]").click()
    expect(editor.locator(".outline [role=status]")).not_to_be_empty()
    editor.get_by_role("tab").first.click()
    editor.locator("#id_title").fill("Attestation toute neuve")
    for _time in range(40):  # Wagtail saves after a pause in typing
        draft = latest(service)
        if draft.title == "Attestation toute neuve":
            break
        editor.wait_for_timeout(250)
    assert draft.title == "Attestation toute neuve"
    assert [child.value["label"] for child in draft.form[0].value["fields"]] == ["nom", "prenom", "courriel"]


def test_nested_condition_is_built_by_choosing(editor):
    service = make_service(lead="Une attestation en deux minutes.")
    step = latest(service).form[1]
    address = f"/admin/pages/services/{service.pk}/steps/{step.id}/#block-{step.value['fields'][1].id}"
    editor.goto(address)
    expect(editor.locator("[name=step-fields-1-value-label]")).to_be_focused()
    question = editor.locator('[data-streamfield-child]:has(> input[name="step-fields-1-type"])')
    expect(question.locator(".condition-lead")).to_have_text(_("Shown only if"))
    question.get_by_role("button", name=_("A group of lines")).click()
    question.locator("[data-at='1.0.question']").select_option(label="nom")
    # Only comparisons that fit the question are offered.
    for at, kind in (("0", "choice"), ("1.0", "short_text")):
        offered = question.locator(f"[data-at='{at}.operator'] option").evaluate_all(
            "(all) => all.map((one) => one.value)"
        )
        assert offered == [*COMPARISONS[field_types[kind].compares]]
    question.locator("[data-at='1.0.operator']").select_option("contains")
    question.locator("[data-at='1.0.value']").fill("chat")
    question.locator("[data-at='1.add']").click()
    question.locator("[data-at='1.1.question']").select_option(label="courriel")
    question.locator("[data-at='1.1.operator']").select_option("filled")
    assert condition_in(editor, "step-fields-1-value-condition") == {
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
    assert_step_accessible(editor)
    editor.get_by_role("button", name=_("Save the step")).click()
    expect(editor.get_by_text(_("The step “%(title)s” is saved.") % {"title": "motif"})).to_be_visible()
    editor.goto(address)
    question.locator("[data-at='1.remove']").click()
    assert condition_in(editor, "step-fields-1-value-condition")["field"] == "motif"


@pytest.mark.parametrize(
    "parked", [{"any": []}, {"all": [{"field": "motif", "operator": "filled"}, {"any": []}]}]
)
def test_condition_that_never_holds_is_shown_and_unchanged(editor, parked):
    definition = copy.deepcopy(SERVICE)
    definition["steps"][1]["fields"][1]["condition"] = parked
    service = make_service(definition=definition, lead="Une attestation en deux minutes.")
    step = latest(service).form[1]
    editor.goto(f"/admin/pages/services/{service.pk}/steps/{step.id}/#block-{step.value['fields'][1].id}")
    question = editor.locator('[data-streamfield-child]:has(> input[name="step-fields-1-type"])')
    says = _("Never shown") if parked == {"any": []} else _("never")
    expect(question.locator(".condition-lead", has_text=says)).to_be_visible()
    assert_step_accessible(editor)
    question.locator("[name=step-fields-1-value-label]").fill("Mise de côté")
    editor.get_by_role("button", name=_("Save the step")).click()
    expect(editor.get_by_text(_("The step “%(title)s” is saved.") % {"title": "motif"})).to_be_visible()
    assert latest(service).form[1].value["fields"][1].value["condition"] == parked


def test_service_from_a_starter_lacks_only_a_team(editor):
    index = make_counter()
    editor.goto(f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/")
    assert_accessible(editor, ".begin")
    editor.get_by_role("button", name="Réservation de salle").click()
    editor.wait_for_load_state("networkidle")
    page = ServicePage.objects.get()
    open_form(editor, page)
    expect(editor.locator(".outline-step")).to_have_count(3)
    editor.locator(".outline-faults.beside a").first.click()
    expect(editor.locator("#id_team")).to_be_focused()


def test_empty_service_gets_its_outline_when_it_has_a_title(editor):
    index = make_counter()
    editor.goto(f"/admin/pages/add/eservices_catalogue/servicepage/{index.pk}/?empty")
    editor.wait_for_timeout(2500)  # Wagtail looks for changes from here on
    editor.locator("#id_title").fill("Vélos")
    editor.locator("#id_lead").fill("Une subvention.")
    expect(editor.locator("#w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    editor.get_by_role("tab").nth(1).click()
    expect(editor.locator(".starter-card").first).to_be_visible()
    assert_accessible(editor, ".outline")
    editor.locator(".starter-card.plain").click()
    dialog(editor).get_by_label(_("Title"), exact=True).fill("Vous")
    dialog(editor).locator("[value=person]").check()
    dialog(editor).locator("button[type=submit]").click()
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
    editor.goto(f"/admin/pages/services/{service.pk}/steps/{step.id}/#block-{step.value['fields'][0].id}")
    label = editor.locator("[name=step-fields-0-value-label]")
    expect(label).to_be_focused()
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
    editor.get_by_role("button", name=_("Save the step")).click()
    expect(editor.get_by_text(_("The step “%(title)s” is saved.") % {"title": "motif"})).to_be_visible()

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
    for name, text in (("prenom", "Élodie"), ("nom", "Rochat"), ("courriel", "elodie@courriel.example")):
        editor.locator(f"[name={name}]").fill(text)
    assert_accessible(editor)
    press(editor.locator("form > p.go .btn").first)
    expect(editor.get_by_text("Pour quoi faire", exact=True)).to_be_visible()
    editor.locator("[value=bail]").check()
    press(editor.locator("form > p.go .btn").first)
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


def test_fees_are_collapsed_and_expanding_one_changes_nothing(editor):
    definition = copy.deepcopy(SERVICE)
    bail = {"field": "motif", "operator": "equals", "value": "bail"}
    definition["fees"] = [{"key": "prix", "amount": 1500, "vat": "8.1", "condition": bail}]
    definition["texts"]["fr"]["fee.prix"] = "Émolument"
    service = make_service(make_counter(), definition, lead="Une attestation en deux minutes.")
    open_form(editor, service)
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
