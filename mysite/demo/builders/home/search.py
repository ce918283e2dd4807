"""Missed queries of visitors, and synonyms as editors would add them, a group per line."""

from datetime import timedelta

from home.models import MissedQuery, SynonymGroup

from ...markup import CONTENT
from ...typography import typeset
from ..context import LANGUAGES, DemoContext

# language, words, number of searches, days ago
MISSED = (
    ("fr", "piscine", 9, 3),
    ("fr", "fibre optique", 6, 5),
    ("fr", "naturalisation", 5, 11),
    ("de", "einburgerung", 4, 8),
    ("fr", "cinema", 4, 16),
    ("fr", "trottinette", 3, 21),
)


def build(world: DemoContext) -> None:
    create_synonyms()
    MissedQuery.objects.bulk_create(
        MissedQuery(language=language, words=words, times=times, day=world.today - timedelta(days=ago))
        for language, words, times, ago in MISSED
    )


def create_synonyms() -> None:
    for language in LANGUAGES:
        lines = (CONTENT / language / "synonyms.txt").read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            group = SynonymGroup(language=language, words=typeset(line, language))
            group.full_clean()
            group.save()
