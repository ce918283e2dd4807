"""Words that mean the same, as editors write them down when people seek in vain: a group a line."""

from home.models import Synonyms

from ..markup import CONTENT
from ..typography import set_in_type
from .world import FURTHER, LANGUAGES, World


def build(world: World) -> None:
    for language in (*LANGUAGES, *FURTHER):
        lines = (CONTENT / language / "synonyms.txt").read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            group = Synonyms(language=language, words=set_in_type(line, language))
            group.full_clean()
            group.save()
