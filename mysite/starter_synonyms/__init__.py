"""Synonyms that a new commune begins with: the words of residents beside those of the administration."""

from pathlib import Path

from home.models import SynonymGroup

FOLDER = Path(__file__).parent


def create_starter_synonyms(languages) -> None:
    """Create the groups of some languages, a group per line of their file."""
    for language in languages:
        create_synonym_groups(language, (FOLDER / f"{language}.txt").read_text(encoding="utf-8"))


def create_synonym_groups(language: str, lines: str) -> None:
    for line in filter(None, lines.splitlines()):
        group = SynonymGroup(language=language, words=line.replace("'", "’"))
        group.full_clean()
        group.save()
