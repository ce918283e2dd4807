"""Layout of the search page: category labels and the list of suggestions."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from home.search.index import index_object, search_kinds
from tests.factories import home as make
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")
# Labels in which a word is broken: they have more lines than words.
BROKEN = """[...document.querySelectorAll(".keyed .key-l")].filter(one => {
  const lines = document.createRange();
  lines.selectNodeContents(one);
  return lines.getClientRects().length > one.textContent.split(" ").length;
}).map(one => one.textContent)"""


def test_category_column_holds_its_longest_word(desktop, site):
    for language, _name in settings.LANGUAGES:
        for key, _kind in search_kinds().items():
            index_object(site, language, kind=key, title="Nymphea", url=f"/{key}/", part=key)
    for prefix in ("", "/de", "/it", "/en"):
        for number in (1, 2):
            desktop.goto(f"{prefix}/recherche/?q=nymphea&page={number}")
            assert desktop.locator(".keyed .key-l").count() > 0
            assert desktop.evaluate(BROKEN) == [], desktop.url


def test_all_search_suggestions_are_reachable_on_a_phone(visit, site):
    for number in range(7):
        index_object(site, "fr", kind="page", title=f"Nymphea {number}", url=f"/n{number}/", part=str(number))
    phone = visit(width=360, height=740, has_touch=True, is_mobile=True)
    phone.goto("/")
    phone.locator("#main input[name=q]").press_sequentially("nymph")
    options = phone.get_by_role("option")
    options.nth(6).wait_for()
    options.nth(6).click()
    phone.wait_for_url(re.compile(r"/n\d/$"))


@pytest.mark.parametrize("language", ["fr", "de"])
def test_search_and_languages_are_in_the_menu_of_a_phone(visit, site, language):
    section = make.published(make.SectionPageFactory(parent=site, title="Vivre", show_in_menus=True))
    german = make.translated(site, "de", title="Start", slug="start")
    words = "Einwohnerdienstleistungen und Niederlassungsbewilligungen"
    make.translated(section, "de", title=words, slug="leben")
    phone = visit(width=320, height=640, javascript=False)
    phone.goto(section.url if language == "fr" else f"{german.url}leben/")
    button = phone.locator("header > .wrap > .menu-btn")
    button.focus()
    phone.keyboard.press("Enter")
    field = phone.locator("#menu input[name=q]")
    expect(field).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")
    expect(field).to_be_focused()
    assert phone.locator("#menu .langs a").count() == 2
    field.fill("nymphea")
    phone.keyboard.press("Enter")
    phone.wait_for_url(re.compile(r"/recherche/\?q=nymphea"))


def test_search_is_in_the_head_of_inner_pages(desktop, site):
    page = make.published(make.ContentPageFactory(parent=site, title="Le port"))
    index_object(site, "fr", kind="service", title="Nymphea", url=page.url, part="n")
    desktop.goto(page.url)
    field = desktop.locator("header input[name=q]")
    expect(field).to_be_visible()
    desktop.locator(".brand").focus()
    desktop.keyboard.press("Tab")
    expect(field).to_be_focused()
    desktop.keyboard.type("nym")
    desktop.get_by_role("option").first.wait_for()
    assert_accessible(desktop)
    desktop.goto("/")
    expect(desktop.locator("#q")).to_be_visible()
    expect(desktop.locator("header input[name=q]")).to_be_hidden()
