"""Texts of Wagtail and wagtail-localize in the admin, translated into the editor's language."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import timezone, translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize
from wagtail.admin.templatetags.wagtailadmin_tags import timesince_simple

ASKING = re.compile(r"(?:gettext|gettext_lazy|_|ngettext|ngettext_lazy|pgettext|pgettext_lazy)\Z")
CALL = re.compile(r"\b(?:n|p)?gettext\((.*?)\)\s", re.S)
TWO_GENDERS = re.compile(r"\w\((?:e|la|le|elle|ne|tte)\)|\w/(?:la|cette|elle)\b", re.I)
APART = {
    "tests",
    "test",
    "migrations",
    "management",
    "api",
    "typed_table_block",
}  # not shown in the admin


def sources() -> Iterator[Path]:
    """Yield the code and templates of the installed apps, without apps below them that are not installed."""
    roots = [Path(one.path) for one in apps.get_app_configs() if one.name.startswith("wagtail")]
    for root in roots:
        others = {file.parent for file in root.rglob("apps.py")} - {root}
        for file in root.rglob("*.*"):
            if file.suffix not in {".py", ".html", ".txt"} or file.name == "apps.py":
                continue
            if APART.isdisjoint(file.relative_to(root).parts) and others.isdisjoint(file.parents):
                yield file


@cache
def shown_texts() -> set[str]:
    return {text for file in sources() for text in texts(file)}


def texts(file: Path) -> Iterator[str]:
    """Yield the texts that a file has translated, each after its context if it has one, as in catalogues."""
    source = file.read_text()
    if file.suffix == ".py":
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        named = [(getattr(call.func, "id", getattr(call.func, "attr", "")), call.args) for call in calls]
        found = [(name, arguments) for name, arguments in named if ASKING.match(name)]
    else:
        asked = [(one.group(0), one.group(1)) for one in CALL.finditer(templatize(source) + " ")]
        found = [
            (whole.partition("(")[0], ast.parse(f"f({given})").body[0].value.args) for whole, given in asked
        ]
    for name, arguments in found:
        said = [
            one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if said and said[0]:
            yield "\x04".join(said[:2]) if name.startswith("p") else said[0]


@pytest.mark.parametrize("language", ["fr", "de", "it"])
def test_wagtail_texts_are_translated(language):
    known = trans_real.translation(language)._catalog
    said = shown_texts()
    assert len(said) > 1500
    assert not sorted(
        text for text in said if not (known.get(text) or known.get((text, 0)) or known.get((text, 1)))
    )


def test_french_texts_have_no_double_gender():
    """Wagtail does not know the gender of names and writes “Ajouter un(e) lot”, “ce/cette page”."""
    known = trans_real.translation("fr")._catalog
    said = shown_texts()
    told = {str(known.get(key) or "") for text in said for key in (text, (text, 0), (text, 1))}
    assert not sorted(words for words in told if TWO_GENDERS.search(words))


@pytest.mark.parametrize(
    ("language", "other"), [("fr", "régions?|locales?|status|workflows?"), ("de", "locales?")]
)
def test_translations_use_the_words_of_the_project(language, other):
    """A page's “locale” is called its language, a “workflow” its approval."""
    known = trans_real.translation(language)._catalog
    said = shown_texts()
    told = {str(known.get(key) or "") for text in said for key in (text, (text, 0), (text, 1))}
    words = {re.sub(r"%\(\w+\)s|{\w*}", "", one) for one in told}
    assert not sorted(one for one in words if re.search(rf"\b(?:{other})\b", one, re.I))


def test_first_link_of_the_admin_is_french():
    known = trans_real.translation("fr")._catalog
    assert known["Skip to main content"] == "Aller au contenu principal"


@pytest.mark.parametrize("language", ["fr", "it"])
def test_saved_settings_message_has_no_gender(language):
    """Otherwise: “Commune mis à jour”, “Comune aggiornata”."""
    saved = trans_real.translation(language)._catalog["%(setting_type)s updated."]
    assert not re.search(r"mise? à jour|aggiornat", saved)


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_event_of_this_minute_is_shown_as_just_now(language):
    """Wagtail compares Django's texts with its own: “il y a 0 minute” if the two differ."""
    with translation.override(language):
        assert "0" not in timesince_simple(timezone.now())


def test_german_has_one_word_for_services():
    """“Dienst” means an office, or a web service."""
    said = trans_real.translation("de")._catalog.items()
    texts = [(key[0] if isinstance(key, tuple) else key, text) for key, text in said]
    named = [
        text for key, text in texts if re.search(r"\bservices?\b", key, re.I) and "push service" not in key
    ]
    assert len(named) > 50
    assert not [text for text in named if re.search(r"\bDienst(e|es|en)?\b", text)]


@pytest.mark.parametrize("language", ["fr", "de", "it"])
def test_time_since_is_not_shown_as_a_duration(language):
    """Otherwise German lists would read “Bestätigt: 6 Monate”."""
    with translation.override(language):
        ago = timezone.now() - timedelta(days=40)
        assert timesince_simple(ago).replace("\xa0", " ") in {"il y a 1 mois", "1 Monat her", "1 mese fa"}


def test_italian_has_no_english_words_for_published():
    known = trans_real.translation("it")._catalog
    texts = [known[key] for key in ("live", "Live", "live + draft", "go live date/time")]
    assert not [text for text in texts if re.search(r"\blive\b", text, re.I)]
