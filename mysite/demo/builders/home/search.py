"""Missed queries of visitors, and synonyms: those of a new commune, and what its editors would add."""

from datetime import timedelta

from home.models import MissedQuery
from mysite.starter_synonyms import create_starter_synonyms, create_synonym_groups

from ...markup import CONTENT
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
    create_starter_synonyms(LANGUAGES)
    create_synonym_groups("fr", (CONTENT / "fr/synonyms.txt").read_text(encoding="utf-8"))
