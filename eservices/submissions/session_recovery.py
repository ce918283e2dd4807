"""The session while a person signs in: data posted after a session had ended, and the draft to come back to."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from eservices.formbuilder.definition import StepDefinition

from . import actions, autosave
from .models import Draft
from .upload_checks import clean_file_name

UNSAVED = "unsaved_posting"  # key in the session
MOST_TYPED = 60_000  # characters: anybody can create a session, which is a row of the database
MOST_NAMES = 20  # of files
BEGUN = "begun_signed_out"  # key in the session: a draft's secret, and since when
# Later, somebody else may sign in at this computer.
HOLDS = timedelta(minutes=30)


@dataclass(frozen=True)
class UnsavedStep:
    """The typed answers of a step, and the names of the chosen files, by question."""

    typed: dict[str, list[str]]
    files: dict[str, list[str]]


def store_for_session(request, draft: Draft, step: StepDefinition, typed: dict[str, list[str]]) -> bool:
    """Store the posted data in the session if it is not too large. Return whether it was stored.

    Automatic requests contain either typed answers or one file, and are added to what is stored.
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
    """Return the stored data of a step of a draft; None if there is none."""
    return _of(request, draft.secret, step.key) if draft else None


def missing_files(kept: UnsavedStep, draft: Draft) -> dict[str, list[str]]:
    """Return the names of the files that the draft does not have yet, by question."""
    there = set(draft.files.values_list("field", "name")) if kept.files else set()
    found = {key: [name for name in names if (key, name) not in there] for key, names in kept.files.items()}
    return {key: names for key, names in found.items() if names}


def discard_for_step(request, draft: Draft | None, step: StepDefinition) -> None:
    """Delete the stored data of a step that was posted again; data of other steps stays."""
    if load_for_step(request, draft, step):
        del request.session[UNSAVED]


def discard_typed(request, draft: Draft | None, step: StepDefinition) -> None:
    """Delete the stored answers of a step that was saved again; its files must still be chosen again."""
    if kept := load_for_step(request, draft, step):
        request.session[UNSAVED] = [draft.secret, step.key, {}, kept.files]


def remember_draft(request, draft: Draft) -> None:
    """Store in the session that the draft is of the person who comes back to it signed in."""
    request.session[BEGUN] = [draft.secret, timezone.now().timestamp()]


def claim_remembered_draft(request, draft: Draft) -> None:
    """Give the draft to the signed-in person who left it to sign in; do nothing if that was too long ago.

    Signing in alone is not enough: somebody else of the family may do so after the person who left.
    """
    secret, since = request.session.get(BEGUN, ("", 0))
    if secret != draft.secret or not request.user.is_authenticated:
        return
    del request.session[BEGUN]
    if timezone.now().timestamp() - since > HOLDS.total_seconds():
        return
    with suppress(actions.AlreadySent):
        claimed = actions.claim_draft(actor=request.user, draft=draft)
        if claimed.user_id == request.user.pk:
            draft.user, draft.typed = request.user, claimed.typed


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
