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
def editor(visit, client, live_server, site):
    """Open the editor of a page with a text and an empty table; ``paste`` pastes into a field."""
    body = [("text", "<p>Avant.</p>"), ("table", {"caption": "Amarres", "cells": ""})]
    page = ContentPageFactory(parent=site, title="Le port", body=body)
    client.force_login(SuperuserFactory(language="fr"))
    window = visit(language="fr-CH", permissions=["clipboard-read", "clipboard-write"])
    window.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
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


def test_text_refuses_a_pasted_table_and_names_the_block(editor):
    paste(editor, text_of(editor), TABLE)
    said = editor.get_by_role("status").filter(has_text="Tableau")
    expect(said).to_be_visible()
    expect(text_of(editor)).to_have_text("Avant.")
    assert_accessible(editor)


def test_text_with_a_table_is_pasted_without_it(editor):
    paste(editor, text_of(editor), f"<p>Devant.</p>{TABLE}<p>Derrière.</p>")
    expect(text_of(editor)).to_contain_text("Devant.")
    expect(text_of(editor)).to_contain_text("Derrière.")
    expect(text_of(editor)).not_to_contain_text("Quai")
    expect(editor.get_by_role("status").filter(has_text="Tableau")).to_be_visible()


def test_spreadsheet_styles_are_not_pasted_as_text(editor):
    text = text_of(editor)
    text.click()
    text.evaluate(PASTE, f"<google-sheets-html-origin><style>td {{border: 1px}}</style>{TABLE}")
    expect(editor.get_by_role("status").filter(has_text="Tableau")).to_be_visible()
    expect(text).to_have_text("Avant.")


def test_text_without_a_table_is_pasted_and_clears_the_message(editor):
    paste(editor, text_of(editor), TABLE)
    paste(editor, text_of(editor), "<table><tr><td>Une mise en page.</td></tr></table>")
    expect(text_of(editor)).to_contain_text("Une mise en page.")
    expect(editor.get_by_role("status").filter(has_text="Tableau")).to_have_count(0)


def test_table_block_takes_a_pasted_table_row_by_row(editor):
    paste(editor, cells_of(editor), TABLE)
    expect(cells_of(editor)).to_have_value(LINES)


def test_table_block_takes_plain_text_of_a_spreadsheet(editor):
    paste(editor, cells_of(editor), "<b>gras</b>")
    expect(cells_of(editor)).to_have_value("en clair")


# HTML of Word: a comment on a word, a footnote, and the texts of both at the end.
WORD = """<p class=MsoNormal>Le port<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[HK1]</a>
</span> ouvre<a href="#_ftn1" name="_ftnref1">[1]</a>.</p><div style='mso-element:footnote-list'>
<p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1">[1]</a> Dès mai.</p></div>
<div style='mso-element:comment-list'><div style='mso-element:comment'><div class=msocomtxt>
<p class=MsoCommentText><a class=msocomoff href="#_msoanchor_1">[HK1]</a>Demander au chef !</p></div></div></div>"""


def test_comments_and_inner_links_of_word_are_dropped(editor):
    text = text_of(editor)
    text.click()
    text.evaluate(PASTE, WORD)
    expect(text).to_contain_text("Le port ouvre[1].")
    expect(text).to_contain_text("[1] Dès mai.")
    expect(text).not_to_contain_text("HK1")
    expect(text).not_to_contain_text("chef")
    expect(text.locator(".TooltipEntity")).to_have_count(0)
    expect(editor.get_by_role("status").filter(has_text="commentaires")).to_be_visible()
