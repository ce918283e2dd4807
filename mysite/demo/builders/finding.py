"""What people seek in vain, and words that mean the same, as editors write them down for it: a group a line."""

from datetime import timedelta

from home.models import Missed, Synonyms

from ..markup import CONTENT
from ..typography import set_in_type
from .world import FURTHER, LANGUAGES, World

# language, words, how many sought them, days ago
MISSED = (
    ("fr", "piscine", 9, 3),
    ("fr", "fibre optique", 6, 5),
    ("fr", "naturalisation", 5, 11),
    ("de", "einburgerung", 4, 8),
    ("fr", "cinema", 4, 16),
    ("fr", "trottinette", 3, 21),
)


def build(world: World) -> None:
    synonyms()
    Missed.objects.bulk_create(
        Missed(language=language, words=words, times=times, day=world.today - timedelta(days=ago))
        for language, words, times, ago in MISSED
    )


def synonyms() -> None:
    for language in (*LANGUAGES, *FURTHER):
        lines = (CONTENT / language / "synonyms.txt").read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            group = Synonyms(language=language, words=set_in_type(line, language))
            group.full_clean()
            group.save()
