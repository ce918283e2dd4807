"""Conversion of HTML to blocks: what becomes of each element, and what is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home.blocks.content import ContentBlocks
from mysite.site_import.body_conversion import convert_body

SITE = "https://old.example/page/"
KNOWN = {("page", "https://old.example/vivre/"): 7, ("image", "https://old.example/a.jpg"): 5}
KNOWN |= {("image", "https://old.example/b.jpg"): 6, ("document", "https://old.example/r.pdf"): 9}


def converted(html: str, title: str = "Titre"):
    return convert_body(
        html, base=SITE, title=title, resolve=lambda *one: KNOWN.get(one), hosts={"old.example"}
    )


def text_of(html: str) -> str:
    return "".join(block["value"] for block in converted(html).blocks if block["type"] == "text")


def codes(html: str) -> set[str]:
    return {code for code, _values in converted(html).remarks}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un <strong>mot</strong> et <em>un</em> autre</p>", "<p>Un <b>mot</b> et <i>un</i> autre</p>"),
        ("sans <span style='x'>balise</span>", "<p>sans balise</p>"),
        ("<div>un<div>deux</div>trois</div>", "<p>un</p><p>deux</p><p>trois</p>"),
        ("un<br><br>deux<br>trois", "<p>un</p><p>deux<br/>trois</p>"),
        ("<p>&nbsp;</p><p><br></p>", ""),
        ("<h1>Titre</h1><h3>A</h3><h5>B</h5><h3>C</h3>", "<h2>A</h2><h3>B</h3><h2>C</h2>"),
        ("<h2>A</h2><h3>B</h3><h4>C</h4>", "<h2>A</h2><h3>B</h3><h3>C</h3>"),
        ("<ul><li>a<ul><li>b</li></ul></li><li></li></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<a href='/vivre/'>x</a>", '<p><a linktype="page" id="7">x</a></p>'),
        ("<a href='../r.pdf'>x</a>", '<p><a linktype="document" id="9">x</a></p>'),
        ("<a href='tel:+41 21 000'>x</a>", '<p><a href="tel:+41%2021%20000">x</a></p>'),
        (
            "<a href='https://a.example/?a=1&b=2#c'>x</a>",
            '<p><a href="https://a.example/?a=1&amp;b=2#c">x</a></p>',
        ),
        ("<a href='javascript:alert(1)'>x</a>", "<p>x</p>"),
        ("<a href='file:///etc/passwd'>x</a>", "<p>x</p>"),
        ("<a href='data:text/html,a'>x</a>", "<p>x</p>"),
        ("<a href='#bas'>x</a>", "<p>x</p>"),
        ("<a href='http://[x'>x</a>", "<p>x</p>"),
        ("<dl><dt>Qui</dt><dd>Nous</dd></dl>", "<p><b>Qui</b></p><p>Nous</p>"),
        ("<p>a</p><hr><p>b</p>", "<p>a</p><hr/><p>b</p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_text_is_converted(html, text):
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<script>x</script>", "removed"),
        ("<form><input></form><p>a</p>", "removed"),
        ("<iframe src='https://maps.example/x'></iframe>", "embedded"),
        ("<h4>a</h4>", "heading_levels"),
        ("<a href='javascript:x'>y</a>", "dead_link"),
        ("<a href='#x'>y</a>", "page_anchors"),
        ("<a href='/absente'>y</a>", "old_site_link"),
        ("<img src='/absente.jpg' alt='x'>", "picture_lost"),
        ("<img src='/a.jpg'>", "rule:no_alt"),
        ("<img src='/a.jpg' alt='IMG_1234.jpg'>", "rule:alt_is_file"),
        ("<a href='/vivre/'>cliquez ici</a>", "rule:empty_words"),
        ("<a href='/vivre/'><img src='/a.jpg' alt='x'></a>", "picture_link"),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>" + "c" * 300 + "</td><td></td></tr></table>",
            "table_as_text",
        ),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td><a href='/x'>c</a></td><td>d</td></tr></table>",
            "table_links",
        ),
    ],
)
def test_losses_are_reported(html, code):
    assert code in codes(html)


def test_whole_page_within_a_form_is_read():
    assert text_of("<form><h2>A</h2><p>Un texte.</p><input></form>") == "<h2>A</h2><p>Un texte.</p>"


def test_tables_pictures_and_questions_become_blocks():
    html = """
    <table><caption>Tarifs</caption><tr><th>Quoi<th>CHF</tr><tr><td rowspan=2>Sac<td>2 | 3</tr><tr><td>4</tr></table>
    <figure><img src="/a.jpg" alt="Un lac"><figcaption>Le soir</figcaption></figure>
    <div class="gallery"><img src="/a.jpg" alt="Un"><img src="/b.jpg" alt="Deux"></div>
    <details><summary>Quand ?</summary><p>Lundi.</p></details>
    <blockquote>Bien dit. <cite>— Une voisine</cite></blockquote>
    <table><tr><td><p>Mise</p></td></tr><tr><td><p>en page</p></td></tr></table>"""
    assert converted(html).blocks == [
        {"type": "table", "value": {"caption": "Tarifs", "cells": "Quoi | CHF\nSac | 2 / 3\nSac | 4"}},
        {"type": "picture", "value": {"image": 5, "alt": "Un lac", "caption": "Le soir"}},
        {"type": "gallery", "value": [{"image": 5, "alt": "Un"}, {"image": 6, "alt": "Deux"}]},
        {"type": "question", "value": {"question": "Quand ?", "answer": "<p>Lundi.</p>"}},
        {"type": "quote", "value": {"text": "Bien dit.", "who": "Une voisine"}},
        {"type": "text", "value": "<p>Mise</p><p>en page</p>"},
    ]


def test_equal_cells_of_a_layout_all_become_text():
    rows = "<tr><td>Oui</td><td>Oui</td></tr>"
    assert text_of(f"<table role=presentation>{rows}</table>") == "<p>Oui</p><p>Oui</p>"


def test_spans_of_nested_tables_multiply_nothing():
    table = "<h2>x</h2>"
    for _level in range(8):
        table = f"<table><tr><td rowspan=20>{table}</td></tr>{'<tr><td></td></tr>' * 20}</table>"
    assert text_of(table) == "<h2>x</h2>"
    listed = "<dl><dd>" * 20 + "x" + "</dd></dl>" * 20
    assert text_of(listed) == "<p>x</p>"


@pytest.mark.parametrize(
    "rows",
    ["<tr>" + "<td colspan=20>a" * 500 + "<tr><td>b", "<tr><td>a<td>b" * 2001],
)
def test_endless_table_becomes_text(rows):
    found = converted(f"<table>{rows}</table>")
    assert [block["type"] for block in found.blocks] == ["text"]
    assert "table_too_large" in {code for code, _values in found.remarks}


def test_deep_and_endless_html_is_read_in_part():
    assert text_of("<div>" * 5000 + "fond") == "<p>fond</p>"
    assert "text_cut" in codes("a" * 1_000_001)


ELEMENTS = (
    "p div span a b h1 h4 ul li table tr td img figure details summary blockquote script iframe br hr dl dt"
)
TAGS = st.sampled_from(
    [f"<{name}>" for name in ELEMENTS.split()] + [f"</{name}>" for name in ELEMENTS.split()]
)
PIECES = st.one_of(
    TAGS,
    st.text(max_size=8),
    st.sampled_from(['<a href="/vivre/">', '<img src="/a.jpg" alt="x">', "<td colspan=9>"]),
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_html_becomes_valid_blocks(html):
    found = converted(html)
    for block in found.blocks:
        assert block["type"] in ContentBlocks().child_blocks
        text = block["value"] if isinstance(block["value"], str) else ""
        assert "<script" not in text
        assert "<p></p>" not in text
