"""Pages for applicants: a case by private link or signed in, the own space. GET shows, POST acts."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eservices.accounts import actions as accounts
from eservices.cases import access as cases
from eservices.cases import actions, states
from eservices.cases.actions import IllegalTransition
from eservices.cases.views import attachment
from eservices.documents.responses import download

from . import access, tracker
from .attachments import kept
from .doors import Door
from .export import everything_about
from .forms import AnswerForm, ProfileForm


def private(view):
    """Nobody between us and the person keeps a copy, and no address with a secret leaves the page.

    ``strict-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` and every form
    posted from the page would be taken for a forged one.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def through_a_door(view):
    """The view twice: behind a private link (``secret``), and signed in (``reference``)."""

    @private
    @wraps(view)
    def by_link(request, secret, **kwargs):
        return view(request, Door.by_link(secret), **kwargs)

    @private
    @login_required
    @wraps(view)
    def signed_in(request, reference, **kwargs):
        return view(request, Door.signed_in(request.user, reference), **kwargs)

    return by_link, signed_in


# -- One case -------------------------------------------------------------------------------------------
def _show(request, door: Door, form: AnswerForm | None = None, fault: str = "") -> HttpResponse:
    case = door.case
    title, lead = tracker.headline(case)
    template, row = tracker.stage_template(case)
    thread = case.messages.select_related("author").prefetch_related("files").order_by("at")
    talk = [
        {
            "message": message,
            "files": [(one, door.url_of("file", one.pk)) for one in message.files.all()],
        }
        for message in thread
    ]
    documents = [(one, door.url_of("document", one.pk)) for one in access.documents_of(case)]
    context = {
        "door": door,
        "case": case,
        "service": case.version.definition.title(translation.get_language()),
        "headline": title,
        "lead": lead,
        "way": tracker.way(case),
        "stage": row,
        "row": row,
        "stage_template": template,
        "talk": talk,
        "documents": documents,
        "sections": tracker.answers(case),
        "form": (form or AnswerForm(case=case)) if case.is_open else None,
        "fault": fault,
        "may_withdraw": states.allowed("withdraw", case.state),
        "notices": [str(message) for message in messages.get_messages(request)],
        "urls": {name: door.url_of(name) for name in ("answer", "withdraw", "confirm")},
    }
    return render(request, "space/status.html", context, status=422 if (form or fault) else 200)


@require_GET
def show(request, door: Door):
    return _show(request, door)


@require_POST
def answer(request, door: Door):
    """Answers the open question; where none is open, writes a message."""
    form = AnswerForm(request.POST, request.FILES, case=door.case)
    if not form.is_valid():
        return _show(request, door, form)
    asked = states.allowed("answer", door.case.state)
    write = actions.answer if asked else actions.message
    try:
        with kept(form.cleaned_data["files"]) as files:
            write(actor=door.actor, case=door.case, text=form.cleaned_data["text"], files=files)
    except IllegalTransition as refusal:
        form.add_error(None, str(refusal))
        door.case.refresh_from_db()
        return _show(request, door, form)
    return _done(request, door, _("Your answer has arrived.") if asked else _("Your message has arrived."))


@require_http_methods(["GET", "POST"])
def withdraw(request, door: Door):
    """Asks once whether it is meant, then withdraws."""
    if not states.allowed("withdraw", door.case.state):
        return _show(request, door, fault=_("This request cannot be withdrawn any more."))
    if request.method == "GET":
        context = {"door": door, "case": door.case, "url": door.url_of("withdraw")}
        return render(request, "space/withdraw.html", context)
    try:
        actions.withdraw(actor=door.actor, case=door.case, reason=request.POST.get("reason", "")[:2000])
    except IllegalTransition as refusal:
        door.case.refresh_from_db()
        return _show(request, door, fault=str(refusal))
    return _done(request, door, _("Your request is withdrawn."))


@require_POST
def confirm(request, door: Door):
    """The address is confirmed by whoever holds the mailed link. Pressing twice does no harm."""
    if not door.may_confirm and door.case.email_confirmed_at is None:
        return _show(request, door, fault=_("Only the link in our e-mail confirms your address."))
    return _done(request, door, _("Your address is confirmed. This request now also stands in your space."))


def _done(request, door: Door, notice: str) -> HttpResponse:
    """After something was done through a mailed link, its address counts as confirmed."""
    if door.may_confirm:
        actions.confirm_address(actor=door.actor, case=door.case)
    messages.success(request, notice)
    return redirect(door.url)


@require_GET
def document(request, door: Door, document_id):
    return download(access.document_of(door.case, document_id))


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def file(request, door: Door, file_id):
    """A file of the applicant's own, to save: never shown inside the site."""
    return attachment(access.file_of(door.case, file_id))


status_show, case_show = through_a_door(show)
status_answer, case_answer = through_a_door(answer)
status_withdraw, case_withdraw = through_a_door(withdraw)
status_confirm, case_confirm = through_a_door(confirm)
status_document, case_document = through_a_door(document)
status_file, case_file = through_a_door(file)


# -- The own space --------------------------------------------------------------------------------------
@private
@login_required
@require_GET
def home(request):
    own = cases.own_cases(request.user).select_related("version", "submission").order_by("-opened_at")
    rows = [
        {
            "case": case,
            "url": reverse("space:case", args=[case.reference]),
            "service": case.version.definition.title(translation.get_language()),
            "mark": tracker.mark(case),
        }
        for case in own
    ]
    context = {
        "rows": rows,
        "asked": [row for row in rows if row["case"].state == states.State.WAITING],
        "drafts": [
            {
                "draft": draft,
                "title": draft.version.definition.title(translation.get_language()),
                "url": reverse("submissions:resume", args=[draft.secret]),
            }
            for draft in access.own_drafts(request.user)
        ],
        "documents": [
            (one, reverse("space:case_document", args=[one.case.reference, one.pk]))
            for one in access.own_documents(own)
        ],
        "notices": [str(message) for message in messages.get_messages(request)],
    }
    return render(request, "space/space.html", context)


@private
@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    names = ("first_name", "last_name", "phone", "language")
    form = ProfileForm(request.POST or None, initial={name: getattr(request.user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        accounts.change_profile(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        with translation.override(form.cleaned_data["language"]):
            return redirect("space:home")
    return render(request, "space/profile.html", {"form": form}, status=422 if form.errors else 200)


@private
@login_required
@require_GET
def export(request):
    """Everything that the commune's online counter keeps about this person, to take away."""
    response = JsonResponse(
        everything_about(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="{settings.WAGTAIL_SITE_NAME.lower()}.json"'
    return response
