"""What somebody posted when their session had ended: it waits in the new one until they are signed in again."""

from dataclasses import dataclass

from eservices.formbuilder.definition import Step

from . import background
from .models import Draft
from .uploads import clean_name

UNSAVED = "unsaved_posting"  # in the session


@dataclass(frozen=True)
class Unsaved:
    """What was typed into a step, and the names of the files that were chosen, by question."""

    typed: dict[str, list[str]]
    files: dict[str, list[str]]


def keep(request, secret: str, step: str, typed: dict[str, list[str]]) -> None:
    """Puts by what is posted. What the page sends by itself brings either what was typed or one file: it adds."""
    before, files = _of(request, secret, step) or Unsaved({}, {}), _names(request.FILES)
    if background.wanted(request):
        typed = typed if background.brings_typed(request) else before.typed
        files = {key: _joined(before.files.get(key, []), files.get(key, [])) for key in before.files | files}
    request.session[UNSAVED] = [secret, step, typed, files]


def of(request, draft: Draft | None, step: Step) -> Unsaved | None:
    """What waits for a step of a draft; None where nothing does."""
    return _of(request, draft.secret, step.key) if draft else None


def missing(kept: Unsaved, draft: Draft) -> dict[str, list[str]]:
    """The names of the files that the draft has not got meanwhile, by question."""
    there = set(draft.files.values_list("field", "name")) if kept.files else set()
    found = {key: [name for name in names if (key, name) not in there] for key, names in kept.files.items()}
    return {key: names for key, names in found.items() if names}


def forget(request, draft: Draft | None, step: Step) -> None:
    """The step was posted once more; what waits for another goes on waiting."""
    if of(request, draft, step):
        del request.session[UNSAVED]


def forget_typed(request, draft: Draft | None, step: Step) -> None:
    """What was typed was saved once more; the files are still to be chosen again."""
    if kept := of(request, draft, step):
        request.session[UNSAVED] = [draft.secret, step.key, {}, kept.files]


def _of(request, secret: str, step: str) -> Unsaved | None:
    kept_secret, kept_step, *kept = request.session.get(UNSAVED, ("", "", {}, {}))
    return Unsaved(*kept) if (kept_secret, kept_step) == (secret, step) else None


def _names(files) -> dict[str, list[str]]:
    return {key: [clean_name(one.name) for one in chosen] for key, chosen in files.lists()}


def _joined(before: list[str], more: list[str]) -> list[str]:
    return list(dict.fromkeys([*before, *more]))
