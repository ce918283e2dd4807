"""Pasting of tables: texts refuse them and name the right block, the table block takes them."""

import pytest
from playwright.sync_api import expect

from tests.factories.accounts import SuperuserFactory
from tests.factories.home import ContentPageFactory
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")

# HTML of word processors: paragraphs within cells, a line break, a head that spans two columns.
TABLE = """<table><thead><tr><th><p>Quai</p></th><th colspan="2"><p>Places</p></th></tr></thead><tbody>
<tr><td><p>Nord</p></td><td><p>12</p><p>couvertes</p></td><td>3|4<br>m</td></tr>
<tr><td> </td><td> </td><td> </td></tr></tbody></table>"""
LINES = "Quai | Places |\nNord | 12 couvertes | 3/4 m"
WRITE = """html => navigator.clipboard.write([new ClipboardItem({
  "text/html": new Blob([html], {type: "text/html"}), "text/plain": new Blob(["en clair"], {type: "text/plain"}),
})])"""
# Chromium removes styles from HTML that a script writes to the clipboard, but not from HTML of other programs.
PASTE = """(field, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def editor(visit, site):
    """Open the editor of a page with a text and an empty table."""
    body = [("text", "<p>Avant.</p>"), ("table", {"caption": "Amarres", "cells": ""})]
    page = ContentPageFactory(parent=site, title="Le port", body=body)
    user = SuperuserFactory(language="fr")
    window = visit(user=user, permissions=["clipboard-read", "clipboard-write"])
    window.goto(f"/admin/pages/{page.pk}/edit/")
    return window


def paste(window, field, html: str) -> None:
    window.evaluate(WRITE, html)
    field.click()
    window.keyboard.press("Control+V")


def text_of(window):
    return window.locator("[data-contentpath=body] [contenteditable=true]").first


def cells_of(window):
    return window.locator("[data-contentpath=cells] textarea")


# HTML of Word: a comment on a word, a footnote, and the texts of both at the end.
WORD = """<p class=MsoNormal>Le port<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[HK1]</a>
</span> ouvre<a href="#_ftn1" name="_ftnref1">[1]</a>.</p><div style='mso-element:footnote-list'>
<p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1">[1]</a> Dès mai.</p></div>
<div style='mso-element:comment-list'><div style='mso-element:comment'><div class=msocomtxt>
<p class=MsoCommentText><a class=msocomoff href="#_msoanchor_1">[HK1]</a>Demander au chef !</p></div></div></div>"""


def test_tables_are_pasted_into_the_table_block_only(editor):
    text, cells = text_of(editor), cells_of(editor)
    refusal = editor.get_by_role("status").filter(has_text="Tableau")

    # A text refuses a table, and names the block for it.
    paste(editor, text, TABLE)
    expect(refusal).to_be_visible()
    expect(text).to_have_text("Avant.")
    assert_accessible(editor)

    # A text without a table of data is pasted, and clears the message.
    paste(editor, text, "<table><tr><td>Une mise en page.</td></tr></table>")
    expect(text).to_contain_text("Une mise en page.")
    expect(refusal).to_have_count(0)

    # The styles of a spreadsheet are not pasted as text.
    before = text.inner_text()
    text.evaluate(PASTE, f"<google-sheets-html-origin><style>td {{border: 1px}}</style>{TABLE}")
    expect(refusal).to_be_visible()
    assert text.inner_text() == before
    paste(editor, text, "<p>Entre.</p>")
    expect(refusal).to_have_count(0)

    # A text with a table is pasted without it.
    paste(editor, text, f"<p>Devant.</p>{TABLE}<p>Derrière.</p>")
    expect(text).to_contain_text("Devant.")
    expect(text).to_contain_text("Derrière.")
    expect(text).not_to_contain_text("Quai")
    expect(refusal).to_be_visible()

    # Comments and inner links of Word are dropped.
    text.evaluate(PASTE, WORD)
    expect(text).to_contain_text("Le port ouvre[1].")
    expect(text).to_contain_text("[1] Dès mai.")
    expect(text).not_to_contain_text("HK1")
    expect(text).not_to_contain_text("chef")
    expect(text.locator(".TooltipEntity")).to_have_count(0)
    expect(editor.get_by_role("status").filter(has_text="commentaires")).to_be_visible()

    # The table block takes a table row by row, or the plain text of a spreadsheet.
    paste(editor, cells, TABLE)
    expect(cells).to_have_value(LINES)
    cells.fill("")
    paste(editor, cells, "<b>gras</b>")
    expect(cells).to_have_value("en clair")
