"""A step with a question of every type: shown, filled in and refused, on a small phone and a desktop."""

import os
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext
from playwright.sync_api import expect

from eservices.formbuilder.field_types import field_types
from eservices.submissions.models import Draft
from home.models import CommuneSettings
from tests.factories.formbuilder import EVERY_TYPE, content, make_table, question, step
from tests.factories.home import make_site
from tests.factories.submissions import FormFactory, FormVersionFactory
from tests.support.browser import assert_accessible, press, wait_until
from tests.support.page_size import weights

pytestmark = pytest.mark.usefixtures("transactional_db")

STATIC = Path("mysite/static").resolve()
SHOTS = os.environ.get("TYPES_SHOTS")  # a folder for screenshots of the pages
STREETS = [f"Rue {name}" for name in ("du Lac", "des Vignes", "de l’Église", "du Château")]
STREETS += [f"Chemin du Clos {number}" for number in range(1, 21)]


@pytest.fixture
def filing():
    """Publish a form with all types on one page and only optional questions, so that nothing blocks the step."""
    make_site()
    commune = CommuneSettings.load()
    commune.phone = "021 000 42 10"
    commune.save()
    make_table("rues", *STREETS)
    questions = [one | {"required": False} for one in EVERY_TYPE]
    table = question("rue", "choice", table="rues")
    made = content(step("tout", *questions, table), step("fin", question("mot")))
    texts = made["texts"]["fr"]
    for one in (*questions, table):
        texts[f"field.{one['key']}.label"] = str(field_types[one["type"]].label)
        texts[f"field.{one['key']}.help"] = "Une aide courte, comme sur la carte."
    texts["field.note.text"] = "Un texte entre les questions.\n\n- un\n- deux"
    texts["field.enfants.row"] = "Enfant"
    FormVersionFactory(form=FormFactory(slug="tout"), content=made)
    return reverse("submissions:start", args=["tout"])


@pytest.mark.parametrize(("widths", "javascript"), [((320,), False), ((1280, 360), True)])
def test_all_question_types_are_accessible_and_fit(visit, filing, widths, javascript):
    page = visit(javascript=javascript)
    page.goto(filing)
    judge(page, widths, "types")
    page.fill("#id_personne-first_name", "Léa")
    page.fill("#id_sejour-from_day", "31")
    page.fill("#id_avs", "756")
    page.fill("#id_lieu-address", "Devant le port")
    press(page.locator("[name=add_row]"))
    expect(page.locator(".row:target")).to_be_in_viewport()
    judge(page, widths, "types-row")
    press(page.locator("p.go .btn:not([name]):not([type])"))
    judge(page, widths, "types-errors")
    assert page.locator(".errors li").count() == 4
    if javascript:
        expect(page.locator(".errors")).to_be_focused()  # read first
    assert_links_lead_to_inputs(page)
    assert page.input_value("#id_lieu-address") == "Devant le port"


def assert_links_lead_to_inputs(page):
    """Check by keyboard that each link of the error summary focuses the invalid input."""
    for link in page.locator(".errors li a").all():
        target = link.get_attribute("href")
        link.focus()
        link.press("Enter")
        expect(page.locator(target)).to_be_focused()
        assert page.locator(target).evaluate("one => one.matches('input, select, textarea')"), target
        assert page.locator(target).get_attribute("aria-invalid") == "true", target


def judge(page, widths, name):
    """Check that the page fits all widths, with large letters too, and that it is accessible in the last one."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        for letters in ("200%", ""):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width, letters)
    assert_accessible(page)


def test_list_position_and_map_fill_in_answers(visit, filing, settings):
    page = visit(permissions=["geolocation"], geolocation={"latitude": 46.39, "longitude": 6.48})
    page.goto(filing)

    # The position of the device.
    page.click("[data-here]")
    wait_until(page, "document.getElementById('id_lieu-lat').value")
    assert (page.input_value("#id_lieu-lat"), page.input_value("#id_lieu-lon")) == ("46.39", "6.48")
    assert page.locator("[data-show]").count() == 0

    # A map, which is loaded on request.
    settings.TILE_URL = "/static/img/arms.svg?{z}-{x}-{y}"
    cache.clear()
    asked = []
    page.on("request", lambda call: asked.append(call.url))
    page.goto("/")  # a reload would continue the draft
    page.goto(filing)
    assert not any("leaflet" in url for url in asked)
    expect(page.locator("#id_lieu-lat")).to_have_value("")
    page.click("[data-show]")
    expect(page.locator(".map.leaflet-container")).to_be_focused()
    page.click(".map.leaflet-container")
    assert re.match(r"46\.\d+", page.input_value("#id_lieu-lat"))
    assert any("leaflet.js" in url for url in asked)
    assert_accessible(page)

    # A long list, searched by keyboard.
    street = page.get_by_role("combobox", name=str(field_types["choice"].label)).last
    street.fill("eglise")
    street.press("ArrowDown")
    assert_accessible(page, "#id_rue")
    street.press("Enter")
    assert street.input_value() == "Rue de l’Église"
    street.fill("nulle part")
    expect(page.get_by_role("option", name=gettext("No match in the list."))).to_be_visible()
    assert_accessible(page, "#id_rue-list")
    street.press("ArrowDown")
    street.press("Enter")
    street.press("Tab")
    assert street.input_value() == "Rue de l’Église"
    page.click("p.go .btn:not([name]):not([type])")
    page.wait_for_selector("#id_mot")
    assert Draft.objects.latest("saved_at").answers["rue"] == "rue-de-leglise"


def test_whole_date_is_divided_and_a_calendar_fills_it_in(visit, filing):
    page = visit()
    page.goto(filing)
    start = [page.locator(f"#id_sejour-from_{part}") for part in ("day", "month", "year")]
    start[0].fill("01.02.2027")
    start[0].press("Tab")
    assert [one.input_value() for one in start] == ["01", "02", "2027"]
    for part, text in reversed([*zip(start, ("1er févr. 2027", "", ""), strict=True)]):
        part.fill(text)
    start[0].press("Tab")
    assert [one.input_value() for one in start] == ["1", "févr", "2027"]
    expect(page.get_by_role("button", name=gettext("Choose in a calendar")).first).to_be_visible()
    page.locator(".date:has(#id_sejour-from_day) input[type=date]").evaluate(
        "one => { one.value = '2027-03-05'; one.dispatchEvent(new Event('change', { bubbles: true })) }"
    )
    assert [one.input_value() for one in start] == ["05", "03", "2027"]


def test_the_page_with_every_type_stays_within_its_weight(client, filing):
    weighed = weights(client.get(filing).content)
    assert {"site.css", "icons.svg", "arms.svg", "conditions.js", "checks.js", "combobox.js"} <= set(weighed)
    assert {"uploads.js", "map.js"} <= set(weighed)
    assert "pages.css" not in weighed
    # Without the font of headlines, which came with the page that led here: no form has all types at once.
    assert sum(weighed.values()) - weighed["serif.woff2"] <= 40_000, weighed
