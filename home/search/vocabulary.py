"""Known words, from titles, keywords and synonyms, for the correction of typing errors in queries."""

from collections import Counter
from datetime import datetime

from django.utils import timezone

from ..caching.site_version import cached_per_version
from ..models import SearchEntry, SynonymGroup
from ..text import fuzzy_matching
from ..text.highlighting import WORD, fold_text

MAX_ENTRIES = 20_000  # entries that are read


def correct_query(query: str, language: str) -> str:
    """Return the query with unknown words replaced by similar known ones; "" if nothing was replaced."""
    words = query.split()
    known = known_words(language) if words else {}
    read = [_read(word, known) for word in words]
    return " ".join(read) if [fold_text(word) for word in read] != [fold_text(word) for word in words] else ""


def completes_known_word(words: list[str], language: str, besides: set[str]) -> bool:
    """Return whether each folded word may begin a known one, and one of them another than those in ``besides``."""
    known = known_words(language)
    beginnings = [
        word for word in words if len(word) >= fuzzy_matching.MIN_WORD_LENGTH and not word.isdigit()
    ]  # shorter words and numbers are not in the vocabulary
    begun = [{one for one in known if one.startswith(word)} for word in beginnings]
    return all(begun) and (len(beginnings) < len(words) or any(ones - besides for ones in begun))


def known_words(language: str) -> dict[str, str]:
    """Return the known words by their folded form, most frequent first.

    Cached per site version, and until the next entry expires, because its words expire with it.
    """
    now, name = timezone.now(), f"vocabulary-{language}"
    ends, words = cached_per_version(name, lambda: _read_names(language))
    while ends and ends <= now:
        ends, words = cached_per_version(f"{name}-{ends.timestamp():.0f}", lambda: _read_names(language))
    return words


def _read_names(language: str) -> tuple[datetime | None, dict[str, str]]:
    """Return the time of the next expiry (None without any) and the words."""
    entries = SearchEntry.objects.visible_at(language, timezone.now()).order_by("-pk")
    times: Counter[str] = Counter()
    written: dict[str, str] = {}
    ends = []
    for title, keywords, until in entries.values_list("title", "keywords", "shown_until")[:MAX_ENTRIES]:
        ends += [until] if until else []
        for word in _correctable_words(f"{title} {keywords}"):
            times[fold_text(word)] += 1
            written.setdefault(fold_text(word), word)
    known = {key: written[key] for key in sorted(times, key=lambda key: (-times[key], key))}
    for word in _correctable_words(SynonymGroup.terms_as_written(language)):
        known.setdefault(fold_text(word), word)
    return min(ends, default=None), known


def _correctable_words(text: str) -> list[str]:
    """Return the words of a text that are long enough to be corrected."""
    words = WORD.findall(text.replace("’", " ").lower())
    return [word for word in words if len(word) >= fuzzy_matching.MIN_WORD_LENGTH and not word.isdigit()]


def _read(word: str, known: dict[str, str]) -> str:
    folded = fold_text(word)
    if folded in known:
        return word
    return known.get(fuzzy_matching.nearest_word(folded, known)) or word
