"""What somebody posted when their session had ended: it waits in the new one until they are signed in again."""

import json
from dataclasses import dataclass

from eservices.formbuilder.definition import StepDefinition

from . import autosave
from .models import Draft
from .upload_checks import clean_file_name

UNSAVED = "unsaved_posting"  # in the session
MOST_TYPED = 60_000  # characters: a session is a row that anybody may have written
MOST_NAMES = 20  # of files


@dataclass(frozen=True)
class UnsavedStep:
    """What was typed into a step, and the names of the files that were chosen, by question."""

    typed: dict[str, list[str]]
    files: dict[str, list[str]]


def store_for_session(request, draft: Draft, step: StepDefinition, typed: dict[str, list[str]]) -> bool:
    """Puts by what is posted, if it is not too much. Returns whether it waits.

    What the page sends by itself brings either what was typed or one file: it adds.
    """
    fields = draft.version.definition.fields
    questions = {key for key, field in fields.items() if field.type == "files"}
    before, files = (
        _of(request, draft.secret, step.key) or UnsavedStep({}, {}),
        _names(request.FILES, questions),
    )
    if autosave.is_autosave(request):
        typed = typed if autosave.has_typed_answers(request) else before.typed
        files = {key: _joined(before.files.get(key, []), files.get(key, [])) for key in before.files | files}
    if len(json.dumps(typed)) > MOST_TYPED or sum(map(len, files.values())) > MOST_NAMES:
        return False
    request.session[UNSAVED] = [draft.secret, step.key, typed, files]
    return True


def load_for_step(request, draft: Draft | None, step: StepDefinition) -> UnsavedStep | None:
    """What waits for a step of a draft; None where nothing does."""
    return _of(request, draft.secret, step.key) if draft else None


def missing_files(kept: UnsavedStep, draft: Draft) -> dict[str, list[str]]:
    """The names of the files that the draft has not got meanwhile, by question."""
    there = set(draft.files.values_list("field", "name")) if kept.files else set()
    found = {key: [name for name in names if (key, name) not in there] for key, names in kept.files.items()}
    return {key: names for key, names in found.items() if names}


def discard_for_step(request, draft: Draft | None, step: StepDefinition) -> None:
    """The step was posted once more; what waits for another goes on waiting."""
    if load_for_step(request, draft, step):
        del request.session[UNSAVED]


def discard_typed(request, draft: Draft | None, step: StepDefinition) -> None:
    """What was typed was saved once more; the files are still to be chosen again."""
    if kept := load_for_step(request, draft, step):
        request.session[UNSAVED] = [draft.secret, step.key, {}, kept.files]


def _of(request, secret: str, step: str) -> UnsavedStep | None:
    kept_secret, kept_step, *kept = request.session.get(UNSAVED, ("", "", {}, {}))
    return UnsavedStep(*kept) if (kept_secret, kept_step) == (secret, step) else None


def _names(files, questions: set[str]) -> dict[str, list[str]]:
    return {
        key: [clean_file_name(one.name) for one in chosen]
        for key, chosen in files.lists()
        if key in questions
    }


def _joined(before: list[str], more: list[str]) -> list[str]:
    return list(dict.fromkeys([*before, *more]))
