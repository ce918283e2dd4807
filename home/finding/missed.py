"""What people sought in vain, counted without learning who they are.

Words stand in the database only once several callers sought them; until then the cache counts them under a digest.
What looks like a name, an address or a number of somebody is never counted.
"""

from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from .. import limits
from ..models import Missed
from .highlight import spoken

LEAST = 3  # callers
SPAN = 30 * limits.DAY
PER_CALLER = limits.Rate("missed-caller", 30)
ONCE = limits.Rate("missed-once", 1, SPAN)
MOST_WORDS, LONGEST = 4, 24
KEPT = timedelta(days=366)
# Given names that a search for somebody begins with; a query that has one is not counted.
NAMES = frozenset(Path(__file__).with_name("given_names.txt").read_text().split())


def note(request, query: str, language: str) -> None:
    """Counts what was sought in vain once for each caller and month."""
    words = impersonal(query)
    who = limits.caller(request)
    if not words or not PER_CALLER.allows(who):
        return
    if not ONCE.allows(f"{who} {language} {words}"):
        return
    times = limits.count("missed", f"{language} {words}", SPAN)
    if times >= LEAST:
        _count(language, words, times)


def impersonal(query: str) -> str:
    """The folded words of a query in the order of the alphabet; nothing where they may tell of a person."""
    typed = query.split()
    if "@" in query or not typed:
        return ""
    capitals = [word for word in typed if word[0].isupper() and not word.isupper()]
    if len(typed) > 1 and (len(capitals) == len(typed) or any(word in capitals for word in typed[1:])):
        return ""
    words = spoken(query)
    if any(word in NAMES or any(letter.isdigit() for letter in word) for word in words):
        return ""
    if len(words) > MOST_WORDS or any(len(word) > LONGEST or len(word) < 3 for word in words):
        return ""
    return " ".join(sorted(words))


@transaction.atomic
def _count(language: str, words: str, times: int) -> None:
    """The first time with those whom only the cache had counted."""
    known = Missed.objects.filter(language=language, words=words).exists()
    today, _made = Missed.objects.get_or_create(language=language, words=words, day=timezone.localdate())
    Missed.objects.filter(pk=today.pk).update(times=F("times") + (1 if known else times))


def since(day) -> list[dict]:
    """What was sought in vain since a day, the most frequent first."""
    rows = Missed.objects.filter(day__gte=day).values("words", "language")
    return list(rows.annotate(total=Sum("times"), last=Max("day")).order_by("-total", "words")[:200])


def forget() -> None:
    """What is older than a year tells nothing more."""
    Missed.objects.filter(day__lt=timezone.localdate() - KEPT).delete()
