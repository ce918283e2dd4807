"""What a page of a form sends by itself: a file at a time, and what was typed, put aside as it is.

It gets JSON. The same addresses as for a person's presses: only the wish for JSON tells them apart.
"""

from django.http import HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import StepDefinition
from eservices.formbuilder.forms import REMOVE_FILE

from . import actions
from .form_session import FormSession, typed_answers
from .models import SEEN
from .step_files import remove_step_file, store_step_files

FILES_OF = "files_of"  # the question whose files the page wants back


def is_autosave(request) -> bool:
    """Whether the page asks by itself."""
    return request.method == "POST" and request.get_preferred_type(["text/html", "application/json"]) == (
        "application/json"
    )


def has_typed_answers(request) -> bool:
    """Whether it brings what was typed: not a file, and not the wish to remove one."""
    return not request.FILES and REMOVE_FILE not in request.POST


def handle_autosave(request, filing: FormSession, step: StepDefinition, data: QueryDict) -> HttpResponse:
    """Keeps files, forgets one, or puts aside what was typed."""
    if request.FILES:
        faults = store_step_files(request, filing, step)
        return _files(filing, step, data, [text for texts in faults.values() for text in texts])
    if REMOVE_FILE in data:
        remove_step_file(filing, data[REMOVE_FILE])
        return _files(filing, step, data, [])
    return _put_aside(filing, step, data)


def autosave_refused(message: str, status: int, **more) -> JsonResponse:
    """Why nothing was kept, in words for the person; ``retry`` in seconds where it may be tried again."""
    return JsonResponse({"faults": [message]} | more, status=status)


def _put_aside(filing: FormSession, step: StepDefinition, data: QueryDict) -> HttpResponse:
    begun = filing.draft is None
    try:
        filing.draft = actions.save_unvalidated(
            actor=filing.user,
            draft=filing.start(),
            step=step,
            typed=typed_answers(data, step),
            seen="" if begun else data.get(SEEN, ""),
        )
    except actions.StepChangedElsewhere:
        message = _("This step was changed elsewhere. What you see here is kept when you press “Continue”.")
        return autosave_refused(message, 409)
    return JsonResponse(_state(filing, step))


def _files(filing: FormSession, step: StepDefinition, data: QueryDict, faults: list[str]) -> HttpResponse:
    """The files that the question has now, as its list on the page; ``full``: what is said of one more."""
    state = _state(filing, step) | {"faults": faults}
    asked = (one for one in filing.form(step).on_page if one.field.key == data.get(FILES_OF))
    if (question := next(asked, None)) and question.field.type == "files":
        state["list"] = render_to_string("formbuilder/stored.html", {"question": question})
        state["remarks"] = question.remarks
        most = question.bound.field.most
        state["full"] = actions.too_many_files_message(most) if len(question.stored) >= most else ""
    return JsonResponse(state, status=422 if faults else 200)


def _state(filing: FormSession, step: StepDefinition) -> dict:
    """Where the page goes on posting to, and what it says of the saving."""
    if filing.draft is None:
        return {}
    saved = render_to_string("submissions/saved_note.html", {"draft": filing.draft})
    return {"url": filing.url(step), "saved": " ".join(saved.split())}
