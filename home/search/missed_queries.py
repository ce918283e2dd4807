"""Missed queries, counted anonymously.

A query is stored in the database only after several callers have made it; until then the cache counts it under a hash.
A query that may be a name, an address or a number of a person is never counted.
"""

from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from ..models import MissedQuery
from ..text.highlighting import query_words
from ..web import rate_limits

COUNT_PERIOD = 30 * rate_limits.DAY
PER_CALLER = rate_limits.RateLimit("missed-caller", 30)
CALLERS = rate_limits.RateLimit("missed", 3, COUNT_PERIOD)  # who made a query before it is stored
ONCE = rate_limits.RateLimit("missed-once", 1, COUNT_PERIOD)
MAX_WORDS, MAX_LENGTH = 4, 24
RETENTION = timedelta(days=366)
# Given names; a query with one of them may be the name of a person and is not counted.
GIVEN_NAMES = frozenset(Path(__file__).with_name("given_names.txt").read_text().split())


def record_missed_query(request, query: str, language: str) -> None:
    """Count a missed query once per caller and month."""
    words = anonymize_query(query)
    who = rate_limits.client_address(request)
    if not words or not PER_CALLER.allows(who):
        return
    if not ONCE.allows(f"{who} {language} {words}"):
        return
    times = CALLERS.increment(f"{language} {words}")
    if times >= CALLERS.most:
        _count(language, words, times)


def anonymize_query(query: str) -> str:
    """Return the folded words of a query in alphabetical order; "" if they may identify a person."""
    typed = query.split()
    if "@" in query or not typed:
        return ""
    capitals = [word for word in typed if word[0].isupper() and not word.isupper()]
    if len(typed) > 1 and (len(capitals) == len(typed) or any(word in capitals for word in typed[1:])):
        return ""
    words = query_words(query)
    if any(word in GIVEN_NAMES or any(letter.isdigit() for letter in word) for word in words):
        return ""
    if len(words) > MAX_WORDS or any(len(word) > MAX_LENGTH or len(word) < 3 for word in words):
        return ""
    return " ".join(sorted(words))


@transaction.atomic
def _count(language: str, words: str, times: int) -> None:
    """Add to the count of the day; the first time, add the counts that were only in the cache."""
    known = MissedQuery.objects.filter(language=language, words=words).exists()
    today, _made = MissedQuery.objects.get_or_create(language=language, words=words, day=timezone.localdate())
    MissedQuery.objects.filter(pk=today.pk).update(times=F("times") + (1 if known else times))


def missed_queries_since(day) -> list[dict]:
    """Return the missed queries since a day, most frequent first."""
    rows = MissedQuery.objects.filter(day__gte=day).values("words", "language")
    return list(rows.annotate(total=Sum("times"), last=Max("day")).order_by("-total", "words")[:200])


def delete_old_missed_queries() -> None:
    """Delete missed queries that are older than a year and have no use any more."""
    MissedQuery.objects.filter(day__lt=timezone.localdate() - RETENTION).delete()
