"""Letter templates that an agent may start from when writing to an applicant."""

from ..models import Case, LetterTemplate
from ..texts.letter_rendering import render_letter

ACTIONS_WITH_TEMPLATES = ("message", "ask")  # actions that can start from a letter template


def template_choices(case: Case) -> list[tuple[str, str]]:
    """Return key and name of the letter templates that agents may use on ``case``: its team's and shared ones."""
    return LetterTemplate.objects.filter(for_agents=True).used_by(case.team).offered()


def initial_form_text(case: Case, query, do: str) -> dict[str, str]:
    """Return the text of the letter template chosen in ``query``, filled in, as initial data of the form.

    {} if none is chosen for ``do``.
    """
    if do not in ACTIONS_WITH_TEMPLATES or query.get("for") != do:
        return {}
    letters = LetterTemplate.objects.filter(for_agents=True).used_by(case.team)
    letter = letters.best_translation(query.get("letter", "")[:60], case.language)
    return {"text": render_letter(case, letter).text} if letter else {}
