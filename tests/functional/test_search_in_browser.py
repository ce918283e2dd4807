"""Layout of the search page: category labels and the list of suggestions."""

import re

import pytest
from django.conf import settings

from home.search.index import index_object, search_kinds

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
