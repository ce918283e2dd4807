"""Readability of a text: a formula per language, from about 0 (hard) to 100 (easy). Pure.

French: Kandel and Moles (1958), Flesch's formula fitted to French: 207 − 1.015 · words per sentence − 73.6 ·
syllables per word. German: Amstad (1978). Italian: Gulpease (1988), which counts letters. English: Flesch (1948).
Syllables are counted as groups of vowels, without the silent endings of French and English. For a hundred words that
is exact enough to find a hard text, and too coarse for marks.
"""

import re
from collections.abc import Iterable

MIN_WORDS = 100  # a shorter text is not judged
DIFFICULT_BELOW = {"fr": 40, "de": 35, "it": 40, "en": 40}
MAX_SENTENCE_WORDS = 30  # words

WORD = re.compile(r"[^\W\d_]+")
END = re.compile(r"(?<=[.!?…])[»”\")]?\s+(?=[«“\"(]?[A-ZÀ-ÖØ-Þ])")
ABBREVIATED = re.compile(
    r"\b(?:M|Mme|Mmes|MM|Mlle|Dr|Me|St|Ste|art|al|ch|p|env|bzw|Hr|Fr|Nr|sig|Mr|Mrs|No)\.$"
)
VOWELS = re.compile(r"[aeiouyàâäáãåæéèêëíìîïóòôöõøœúùûüÿ]+")
SILENT = {"fr": re.compile(r"(?:e|es|ent)$"), "en": re.compile(r"(?:e|es|ed)$")}


def sentences(text: str) -> list[str]:
    """Return the sentences of a passage. A full stop after an abbreviation does not end one."""
    found: list[str] = []
    for part in END.split(text.strip()):
        if found and ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part:
            found.append(part)
    return found


def split_words(text: str) -> list[str]:
    return WORD.findall(text)


def count_syllables(word: str, language: str) -> int:
    """Return the approximate number of syllables of a word, at least 1."""
    word = word.lower()
    silent = SILENT.get(language)
    spoken = silent.sub("", word) if silent and len(word) > 3 else word
    return max(1, len(VOWELS.findall(spoken)))


def reading_ease(passages: Iterable[str], language: str) -> int | None:
    """Return how easy the passages are to read; None if the text is too short."""
    parts = [sentence for passage in passages for sentence in sentences(passage)]
    parts = [part for part in parts if split_words(part)]
    found = [word for part in parts for word in split_words(part)]
    if len(found) < MIN_WORDS:
        return None
    per_sentence = len(found) / len(parts)
    per_word = sum(count_syllables(word, language) for word in found) / len(found)
    if language == "it":
        letters = sum(map(len, found))
        return round(89 + (300 * len(parts) - 10 * letters) / len(found))
    if language == "de":
        return round(180 - per_sentence - 58.5 * per_word)
    if language == "en":
        return round(206.835 - 1.015 * per_sentence - 84.6 * per_word)
    return round(207 - 1.015 * per_sentence - 73.6 * per_word)


def long_sentences(passage: str) -> list[tuple[int, str]]:
    """Return the too long sentences of a passage, each with its number of words."""
    counted = [(len(split_words(sentence)), sentence) for sentence in sentences(passage)]
    return [(number, sentence) for number, sentence in counted if number > MAX_SENTENCE_WORDS]
