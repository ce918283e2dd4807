"""What search shows keeps its words whole."""

import pytest
from django.conf import settings

from home.search import keep, search

pytestmark = pytest.mark.django_db(transaction=True)
# Kinds of which a word is broken: they have more lines than words.
BROKEN = """[...document.querySelectorAll(".keyed .key-l")].filter(one => {
  const lines = document.createRange();
  lines.selectNodeContents(one);
  return lines.getClientRects().length > one.textContent.split(" ").length;
}).map(one => one.textContent)"""


def test_the_column_of_kinds_holds_their_longest_word(desktop, site):
    for language, _name in settings.LANGUAGES:
        for key, _kind in search.items():
            keep(site, language, kind=key, title="Nymphea", url=f"/{key}/", part=key)
    for prefix in ("", "/de", "/it", "/en"):
        for number in (1, 2):
            desktop.goto(f"{prefix}/recherche/?q=nymphea&page={number}")
            assert desktop.locator(".keyed .key-l").count() > 0
            assert desktop.evaluate(BROKEN) == [], desktop.url
