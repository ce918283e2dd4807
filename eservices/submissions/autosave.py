"""Requests that the page of a form sends automatically: single files, and unvalidated answers.

They receive JSON. The URLs are those of a person's requests: only the preferred response type distinguishes them. A
press of a button that the page sends itself prefers a page, and accepts JSON: see ``answer_press``.
"""

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import StepDefinition
from eservices.formbuilder.forms import REMOVE_FILE

from . import actions
from .form_session import FormSession, typed_answers
from .models import SEEN
from .step_files import remove_step_file, store_step_files

FILES_OF = "files_of"  # the question whose files the page wants to show


def is_autosave(request) -> bool:
    """Return whether the page sent this request automatically."""
    return request.method == "POST" and request.get_preferred_type(["text/html", "application/json"]) == (
        "application/json"
    )


def is_press(request) -> bool:
    """Return whether the page itself sent the press of a button, so that a failing connection does not replace it."""
    accepted = "application/json" in request.headers.get("Accept", "")
    return request.method == "POST" and accepted and not is_autosave(request)


def answer_press(request, response: HttpResponse, url: str = "") -> HttpResponse:
    """Turn a redirect into JSON if the page sent the press: ``goes``, and the URL of the draft's step if it was saved.

    Any other response means that the browser has to send the press again and to show the page that answers it.
    """
    if not (is_press(request) and isinstance(response, HttpResponseRedirect)):
        return response
    return JsonResponse({"goes": response.url} | ({"url": url} if url else {}))


def has_typed_answers(request) -> bool:
    """Return whether it contains typed answers: not a file, and not the removal of one."""
    return not request.FILES and REMOVE_FILE not in request.POST


def handle_autosave(request, filing: FormSession, step: StepDefinition, data: QueryDict) -> HttpResponse:
    """Store files, remove one, or save what was typed without validation."""
    if request.FILES:
        faults = store_step_files(request, filing, step)
        return _files(filing, step, data, [text for texts in faults.values() for text in texts])
    if REMOVE_FILE in data:
        remove_step_file(filing, data[REMOVE_FILE])
        return _files(filing, step, data, [])
    return _put_aside(filing, step, data)


def autosave_refused(message: str, status: int, **more) -> JsonResponse:
    """Return why nothing was saved, as a message; ``retry``: seconds after which to try again."""
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
        message = _("This step was changed in another window. Press “Continue” to save your entries here.")
        return autosave_refused(message, 409)
    typos = {question.id: " ".join(question.typos) for question in filing.form(step).questions}
    return JsonResponse(_state(filing, step) | {"typos": typos})


def _files(filing: FormSession, step: StepDefinition, data: QueryDict, faults: list[str]) -> HttpResponse:
    """Return the question's files as HTML for the page; ``full``: the message against adding another."""
    state = _state(filing, step) | {"faults": faults}
    asked = (one for one in filing.form(step).on_page if one.field.key == data.get(FILES_OF))
    if (question := next(asked, None)) and question.field.type == "files":
        state["list"] = render_to_string("formbuilder/stored.html", {"question": question})
        state["remarks"] = question.remarks
        most = question.bound.field.most
        state["full"] = actions.too_many_files_message(most) if len(question.stored) >= most else ""
    return JsonResponse(state, status=422 if faults else 200)


def _state(filing: FormSession, step: StepDefinition) -> dict:
    """Return the URL for further requests of the page, and the text about the last save."""
    if filing.draft is None:
        return {}
    saved = render_to_string("submissions/saved_note.html", {"draft": filing.draft})
    return {"url": filing.url(step), "saved": " ".join(saved.split())}
