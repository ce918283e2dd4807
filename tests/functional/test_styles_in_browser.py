"""A browser reads the style sheets we send as it reads those that we wrote."""

from pathlib import Path

import pytest

from home.appearance.stylesheets import minify

SHEETS = sorted((Path(__file__).resolve().parents[2] / "mysite/static/css").glob("*.css"))
# Blanks after a comma in the value of a custom property are kept as they were written, and mean nothing.
RULES = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText.replaceAll(", ", ","));
}"""


@pytest.fixture
def rules(browser):
    """``rules(text)`` gives the rules a browser understands of a style sheet, written its way."""
    page = browser.new_page()
    yield lambda text: page.evaluate(RULES, text)
    page.close()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_shortened_sheet_has_the_rules_of_the_one_we_wrote(path, rules):
    written = path.read_text()
    assert rules(minify(written, "css")) == rules(written) != []
