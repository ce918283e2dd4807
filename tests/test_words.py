"""Words for people: docs/words.md lists what is not to be used, and no catalogue, guide or text of the demo has it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mysite.guide.markdown_reader import GUIDES

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "de", "it", "en")
CATALOGUES = ("mysite/locale", "mysite/locale_elsewhere")
GREETING = '{% include "emails/parts/hello.md" %}'
SENTENCE = re.compile(
    r"(?<! ){% (?:blocktranslate[^%]*%}(.*?){% endblocktranslate|translate \"([^\"]*)\" )", re.DOTALL
)
# Names of programs, addresses and placeholders are no words of a sentence.
NO_WORDS = re.compile(
    r"%\([^)]*\)s|\{[^}]*\}|https?://\S+|\S+@\S+|`[^`]*`|\]\([^)]*\)|<[^>]*>|[“«„][^”»“]{0,20}[”»“]"
)


@cache
def forbidden() -> dict[str, re.Pattern]:
    """Return an expression for each language, from the column *not to be used* of the tables."""
    words: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for line in (ROOT / "docs/words.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for part in cells[5].split(" · ") if len(cells) == 7 and ": " in cells[5] else ():
            language, _colon, listed = part.partition(": ")
            words[language] += listed.split(", ")
    # A word in small letters may begin a sentence; one with a capital is written so everywhere.
    return {language: re.compile("|".join(map(pattern, said))) for language, said in words.items()}


def pattern(word: str) -> str:
    first = f"[{word[0]}{word[0].upper()}]" if word[0].islower() else re.escape(word[0])
    return rf"(?<![\w-]){first}{re.escape(word[1:])}(?![\w-])"


def words_not_used(language: str, text: str) -> list[str]:
    """Return the words in the text that the tables forbid."""
    found = forbidden()[language].findall(NO_WORDS.sub(" ", text))
    return found + (["ß"] if language == "de" and "ß" in text else [])


def po_texts(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the keyword (``msgid``, ``msgstr``, …) and the text of each text of a catalogue."""
    number, keyword, text = 0, "", ""
    for at, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if match := re.match(r'(msg[a-z_]+)(?:\[\d\])? (".*")$', line):
            if text:
                yield number, keyword, text
            number, keyword, text = at, match[1], ast.literal_eval(match[2])
        elif line.startswith('"'):
            text += ast.literal_eval(line)
        elif text:
            yield number, keyword, text
            text = ""


def catalogue_texts() -> Iterator[tuple[str, str, int, str]]:
    for folder in CATALOGUES:
        for path in sorted((ROOT / folder).rglob("*.po")):
            language = path.relative_to(ROOT / folder).parts[0]
            for line, keyword, text in po_texts(path):
                if keyword == "msgstr" and line > 1:
                    yield language, relative(path), line, text
                elif keyword != "msgctxt" and language == "fr" and folder == CATALOGUES[0]:
                    yield "en", relative(path), line, text


def guide_texts() -> Iterator[tuple[str, str, int, str]]:
    for name, language in GUIDES.items():
        yield from lines_of(ROOT / f"docs/{name}.md", language)


def demo_texts() -> Iterator[tuple[str, str, int, str]]:
    """Yield the texts of the demo, without the words that only the search reads."""
    content = ROOT / "mysite/demo/content"
    for path in sorted(content.rglob("*.md")):
        for language, name, line, text in lines_of(path, path.relative_to(content).parts[0]):
            if not text.startswith(("keywords: ", "email: ", "slug: ", "===")):
                yield language, name, line, text
    for path in sorted((ROOT / "mysite/demo/services").glob("*.json")):
        yield from json_texts(path)


def starter_texts() -> Iterator[tuple[str, str, int, str]]:
    for path in sorted((ROOT / "eservices/catalogue/starters").rglob("*.json")):
        yield from json_texts(path)


def lines_of(path: Path, language: str) -> Iterator[tuple[str, str, int, str]]:
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield language, relative(path), line, text


def json_texts(path: Path) -> Iterator[tuple[str, str, int, str]]:
    """Yield the texts below a key that is a language."""
    language = ""
    for line, written in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := re.match(r'\s*"(fr|de|it|en)": ', written):
            language = match[1]
        if language:
            yield language, relative(path), line, re.sub(r'^\s*"[\w.]+": ', "", written)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("texts", [catalogue_texts, guide_texts, demo_texts, starter_texts])
def test_texts_use_the_words_of_the_style_sheet(texts):
    faults = [
        f"{name}:{line}: {', '.join(words)} in {text.strip()!r}"
        for language, name, line, text in texts()
        if (words := words_not_used(language, text))
    ]
    assert faults == []


def test_style_sheet_has_a_word_in_each_language():
    tables = [
        line for line in (ROOT / "docs/words.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
    assert len(rows) > 40
    assert [row for row in rows if len(row) != 7 or not all(row[:6])] == []
    assert all(len(pattern.pattern) > 500 for pattern in forbidden().values())


@pytest.mark.parametrize(
    ("language", "accepted", "refused"),
    [
        ("fr", "Nous envoyons un e-mail.", "Nous envoyons un courriel."),
        ("fr", "Contrôlez vos réponses.", "Veuillez contrôler vos réponses."),
        ("fr", "Écrivez à lea@courriel.example.", "Courriel : lea@orvenay.example."),
        ("de", "Sie erhalten eine E-Mail.", "Sie erhalten eine Mail."),
        ("de", "Die Strasse ist gesperrt.", "Die Straße ist gesperrt."),
        ("de", "Verlangen Sie die Parkkarte.", "Hiermit parken Sie."),
        ("it", "Le inviamo un’e-mail.", "Le inviamo una mail."),
        ("it", "Risponda entro lunedì.", "La preghiamo di rispondere."),
        ("en", "Sign in to apply.", "Kindly log in to apply."),
        ("en", "The column is called “email”.", "We send an email."),
    ],
)
def test_word_that_is_not_to_be_used_is_found(language, accepted, refused):
    assert words_not_used(language, accepted) == []
    assert words_not_used(language, refused)


def after_greeting() -> set[str]:
    """Return the message ids that follow the greeting of an e-mail."""
    found = set()
    for path in (ROOT / "templates").rglob("*.md"):
        _before, greeting, rest = path.read_text(encoding="utf-8").partition(GREETING)
        paragraph = rest.removeprefix("\n{% endif %}").strip().split("\n\n")[0] if greeting else ""
        if not paragraph.startswith(">"):
            found |= {
                re.sub(r"{{ (\w+) }}", r"%(\1)s", one or two) for one, two in SENTENCE.findall(paragraph)
            }
    return found


@pytest.mark.parametrize(("language", "capital"), [("fr", True), ("de", True), ("it", False), ("en", True)])
def test_first_word_after_a_greeting_is_written_right(language, capital):
    begun = after_greeting()
    assert len(begun) > 10
    texts, msgid = {}, ""
    for _line, keyword, text in po_texts(
        ROOT / f"mysite/locale/{language.replace('en', 'fr')}/LC_MESSAGES/django.po"
    ):
        msgid = text if keyword == "msgid" else msgid
        if msgid in begun and keyword == ("msgid" if language == "en" else "msgstr"):
            texts[msgid] = text
    assert set(texts) == begun
    assert [text for text in texts.values() if text[0].isupper() != capital] == []
