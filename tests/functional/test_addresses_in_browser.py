"""Addresses in the browser: completed by keyboard, checked before sending, the same without JavaScript."""

import pytest
from playwright.sync_api import expect

from eservices.submissions.models import Draft
from tests.factories.addresses import make_streets
from tests.factories.formbuilder import content, question, step
from tests.factories.home import make_site
from tests.factories.submissions import FormVersionFactory
from tests.support.browser import assert_accessible
from tests.support.pages.form_step import FormStepPage

pytestmark = pytest.mark.usefixtures("transactional_db")

FORM = content(
    step("ou", question("domicile", "address", required=True, table="rues", autocomplete="street-address")),
    step("fin", question("remarque")),
)


@pytest.fixture
def slug(transactional_db) -> str:
    make_site()
    make_streets()
    return FormVersionFactory(content=FORM).form.slug


def stored() -> dict:
    return Draft.objects.latest("saved_at").answers["domicile"]


def test_address_is_completed_by_keyboard(visit, slug):
    page = visit()
    form = FormStepPage(page)
    form.start(slug)
    assert page.input_value("#id_domicile-postcode") == "1199"
    street, number = form.field("domicile-street"), form.field("domicile-number")
    street.press_sequentially("ru")
    expect(street).to_have_attribute("aria-expanded", "false")
    street.press_sequentially("e du l")
    expect(page.get_by_role("option", name="Rue du Lac")).to_be_visible()
    street.press("ArrowDown")
    assert_accessible(page)
    street.press("Enter")
    assert street.input_value() == "Rue du Lac"
    expect(number).to_be_focused()
    expect(page.get_by_role("option")).to_have_count(5)
    number.press_sequentially("12b")
    expect(page.get_by_role("option")).to_have_text(["12bis"])
    assert_accessible(page)
    number.press("ArrowDown")
    number.press("Enter")
    form.go_on()
    assert stored()["known"] == {"egid": "2003"}


@pytest.mark.parametrize("scripts", [True, False])
def test_unknown_address_is_resolved_by_one_choice(visit, slug, scripts):
    page = visit(javascript=scripts)
    form = FormStepPage(page)
    form.start(slug)
    form.fill(**{"domicile-street": "12, rue du Lak"})
    form.go_on()
    expect(page.locator("#id_domicile-error")).to_contain_text("rue du Lak")
    expect(page.locator(".errors a")).to_have_attribute("href", "#id_domicile-street")
    assert_accessible(page)
    page.get_by_label("Rue du Lac 12", exact=True).check()
    form.go_on()
    assert stored()["street"] == "Rue du Lac"


def test_new_address_is_accepted_once_confirmed(visit, slug):
    page = visit()
    form = FormStepPage(page)
    form.start(slug)
    form.fill(**{"domicile-street": "Rue du Lac", "domicile-number": "99"})
    form.go_on()
    page.locator("[value^='new:']").check()
    form.go_on()
    assert stored()["known"] == {"sure": "new"}
    form.go_back()
    assert page.locator("[type=hidden][name=domicile-sure]").input_value().startswith("new:")


ZONE = {"formula": {"operation": "concat", "fields": ["domicile.zone"]}}
IN_ZONE = {"field": "zone", "operator": "equals", "value": "A"}
FORM_WITH_ZONE = content(
    step(
        "ou",
        question("domicile", "address", required=True, table="rues"),
        question("zone", "computed", settings=ZONE),
        question("motif", required=True, condition=IN_ZONE),
    ),
    step("fin", question("remarque")),
)


def test_question_that_follows_from_an_address_is_answered(visit, transactional_db):
    make_site()
    make_streets(columns={"Rue du Lac": {"zone": "A"}})
    page = visit()
    form = FormStepPage(page)
    form.start(FormVersionFactory(content=FORM_WITH_ZONE).form.slug)
    form.fill(**{"domicile-street": "Rue du Lac", "domicile-number": "12"})
    form.go_on()
    expect(form.field("motif")).to_be_visible()
    form.fill(motif="Parce que")
    form.go_on()
    expect(form.field("remarque")).to_be_visible()
    form.go_back()
    expect(form.field("motif")).to_have_value("Parce que")
    form.fill(**{"domicile-street": "Via Cantonale", "domicile-number": "5"})
    expect(form.field("motif")).to_be_hidden()
    form.go_on()
    expect(form.field("motif")).to_have_count(0)
    assert stored()["street"] == "Via Cantonale"
