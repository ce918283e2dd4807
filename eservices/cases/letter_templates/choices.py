"""The letters that an agent may start from when writing to an applicant."""

from ..models import Case, LetterTemplate
from ..texts.letter_rendering import render_letter

DEEDS = ("message", "ask")  # what is begun with a letter


def template_choices(case: Case) -> list[tuple[str, str]]:
    """Key and name of each letter that agents may choose on ``case``: those of its team, and shared ones."""
    return LetterTemplate.objects.filter(for_agents=True).used_by(case.team).offered()


def initial_form_text(case: Case, query, do: str) -> dict[str, str]:
    """What the form of ``do`` starts with: the text of the letter chosen in ``query``, filled in, to be changed."""
    if do not in DEEDS or query.get("for") != do:
        return {}
    letters = LetterTemplate.objects.filter(for_agents=True).used_by(case.team)
    letter = letters.best(query.get("letter", "")[:60], case.language)
    return {"text": render_letter(case, letter).text} if letter else {}
