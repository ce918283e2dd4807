"""Extraction of a page from HTML: what belongs to its text, and what only names the page."""

import pytest

from mysite.site_import.page_extraction import extract_page
from mysite.site_import.source_objects import PAGE, SourceObject

TEXT = "<p>Un paragraphe assez long pour être le contenu de la page.</p>"


def body_of(main: str) -> str:
    page = f"<html><body><main>{main}</main></body></html>"
    found = extract_page(page.encode(), SourceObject(PAGE, "a", address="https://old.example/a"), "utf-8")
    return found.body.strip()


def test_header_of_the_title_goes_and_those_of_sections_stay():
    title = "<header><h1>Piscine</h1><p>2 mai 2024</p></header>"
    sections = f"<section><header><h2>Heures</h2></header>{TEXT}</section>"
    assert body_of(title + sections) == sections


@pytest.mark.parametrize(
    "line",
    ["<p><time>2 mai 2024</time></p>", "<div>Publié le <time>2 mai 2024</time> par la commune</div>"],
)
def test_line_with_the_date_goes_once(line):
    hours = "<p>Dès le <time>3 juin</time></p>"
    assert (
        body_of(f"<h1>Piscine</h1><div>Loisirs</div>{line}{TEXT}{hours}")
        == f"<div>Loisirs</div>{TEXT}{hours}"
    )


@pytest.mark.parametrize("before", ["", TEXT])
def test_sentence_with_a_time_stays(before):
    sentence = "<p>Fermée du <time>24 décembre</time> au 3 janvier.</p>"
    text = f"{before}{sentence}<p>La piscine rouvre le 4 janvier à 9 heures.</p>"
    assert body_of(f"<h1>Piscine</h1>{text}") == text


def test_last_change_at_the_end_goes():
    changed = '<p class="meta">Dernière modification <time>2 mai 2024</time></p>'
    assert body_of(f"<h1>Piscine</h1>{TEXT}{changed}") == TEXT
    hours = "<p>Prochaine séance <time>3 juin</time></p>"
    assert body_of(f"<h1>Piscine</h1>{TEXT}{hours}") == TEXT + hours
