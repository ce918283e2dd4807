"""Punctuation between texts by language: in French, no line begins with a colon."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from home.localization.punctuation import labelled, with_colon

BREAKABLE = re.compile(r" [:;!?»](?![\w/])|« ")


@pytest.mark.parametrize(
    ("language", "label", "expected"),
    [
        ("fr", "Titre", "Titre\u00a0: faute"),
        ("de", "Titel", "Titel: faute"),
        ("en", "Title", "Title: faute"),
        ("fr", "Et puis\u00a0?", "Et puis\u00a0? faute"),
    ],
)
def test_label_is_separated_by_colon_of_language(language, label, expected):
    with override(language):
        assert labelled(label, "faute") == expected
        assert (
            Template("{{ label|before }}{{ words }}").render(Context({"label": label, "words": "faute"}))
            == expected
        )
        assert with_colon(label) + "faute" == expected


def test_french_texts_use_unbreakable_space_before_marks():
    lines = [
        line
        for folder in settings.LOCALE_PATHS
        for line in Path(folder, "fr/LC_MESSAGES/django.po").read_text().splitlines()
    ]
    assert [line for line in lines if "\u202f" in line] == []
    texts = [line for line in lines if line.startswith("msgstr")]
    assert [text for text in texts if BREAKABLE.search(text)] == []


def test_templates_contain_no_literal_colons_after_labels():
    """“{{ label }}: {{ words }}” would print an English colon in every language."""
    joined = re.compile(r'(?:%|\}|</b>|class="hide">)\}?: (?:\{\{|<b>\{\{)')
    found = []
    for path in Path(settings.BASE_DIR, "templates").rglob("*.*"):
        for line in path.read_text().splitlines():
            plain = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", line)
            if joined.search(plain):
                found.append(f"{path.name}: {plain.strip()[:120]}")
    assert found == []
