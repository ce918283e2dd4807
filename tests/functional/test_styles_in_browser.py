"""Minified style sheets, compared by the browser with their sources."""

from pathlib import Path

import pytest

from home.appearance.stylesheets import minify

SHEETS = sorted((Path(__file__).resolve().parents[2] / "mysite/static/css").glob("*.css"))
# Spaces after a comma in a custom property are preserved by the browser, but mean nothing.
RULES = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText.replaceAll(", ", ","));
}"""


@pytest.fixture(scope="module")
def rules(browser):
    """``rules(text)`` returns the rules of a style sheet as the browser serializes them."""
    page = browser.new_page()
    yield lambda text: page.evaluate(RULES, text)
    page.close()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_minified_style_sheet_has_the_rules_of_its_source(path, rules):
    written = path.read_text()
    assert rules(minify(written, "css")) == rules(written) != []
