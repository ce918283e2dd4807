"""Pages for applicants: a case by status link or signed in, and the own space. GET shows, POST acts."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eservices.accounts import actions as accounts
from eservices.cases import access as cases
from eservices.cases import actions, process
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case, Message
from eservices.cases.workflow import headline
from eservices.documents.models import Document
from eservices.payments import access as payments
from eservices.payments.actions import charges
from eservices.payments.views import basket_url
from eservices.reports import access as reports
from eservices.submissions import rate_limits
from eservices.submissions.file_responses import attachment_response, inline_image_response
from eservices.submissions.message_attachments import stored_attachments
from eservices.submissions.models import Draft
from eservices.submissions.upload_checks import limit_input
from eservices.usage import access as usage
from home.web.downloads import as_download
from home.web.private_pages import private_page

from . import access, booking_context, decision_context, erasure, status_page
from .authentication import second_factor
from .case_access import CaseAccess
from .export import export_personal_data
from .export_pdf import render_personal_data
from .forms import AnswerForm, CallBackForm, JoinCodeForm, ProfileForm
from .lost_link_views import requests_to_confirm


def case_view(view):
    """Return the view for both accesses to a case: by status link (``secret``) and signed in (``reference``)."""

    @private_page
    @wraps(view)
    def by_link(request, secret, **kwargs):
        return view(request, CaseAccess.by_link(secret), **kwargs)

    @private_page
    @login_required
    @wraps(view)
    def signed_in(request, reference, **kwargs):
        return view(request, CaseAccess.signed_in(request.user, reference), **kwargs)

    return by_link, signed_in


# -- One case -------------------------------------------------------------------------------------------
def show_case(request, door: CaseAccess, form: AnswerForm | None = None, fault: str = "") -> HttpResponse:
    """Render the status page, with the submitted form and the error message if an action failed."""
    case = door.case
    prefetch_related_objects([case], *headline.PREFETCHED, "submission__bookings__resource")
    decided = decision_context.decision_context(door)
    sealed = decided.get("sealed", False)
    thread = list(case.messages.select_related("author").prefetch_related("files").order_by("at", "pk"))
    questions = status_page.open_questions(case, thread)
    context = _progress(case, sealed, questions) | _papers(door) | _money(case)
    writes = bool(questions or form or fault or "ecrire" in request.GET)
    follows = not writes and status_page.is_worth_following(case, timezone.now())
    bookings = booking_context.booking_rows(door, paid=bool(context["receipts"]))
    context |= {
        "door": door,
        "case": case,
        "service": case.version.definition.title(translation.get_language()),
        "talk": [(one, [(file, door.url_of("file", file.pk)) for file in one.files.all()]) for one in thread],
        "formal": decided,
        "bookings": bookings,
        "agreed": any(one.is_agreed for one in bookings),
        "sections": status_page.answer_rows(case),
        # A page that is loaded again by itself has no form, so that nothing typed is lost.
        "form": (form or AnswerForm(asked=bool(questions))) if case.is_open and not follows else None,
        "follows": follows,
        "fault": fault,
        "call": case.calls.open().first(),
        "may_rate": not sealed and usage.may_rate(case, timezone.now()) and usage.rating_of(case) is None,
        "persons": [] if sealed else case.persons.exclude(outcome=""),
        "may_withdraw": headline.may_withdraw(case),
        "photo_url": reports.has_photo(case) and door.url_of("photo"),
        "notices": messages.get_messages(request),
        "urls": {
            name: door.url_of(name)
            for name in (
                "answer",
                "call",
                "withdraw",
                "confirm",
                "renew",
                "sms",
                "rating",
                "calendar",
                "progress",
            )
        },
    }
    return render(request, "space/status.html", context, status=422 if (form or fault) else 200)


def _progress(case: Case, sealed: bool, questions: list[Message]) -> dict:
    """Return the context about the state of the case, the next actions and their dates."""
    asked = bool(questions)
    template, row = status_page.stage_template(case, asked)
    promised = status_page.promised_date_at_stage(case, row)
    title, lead = status_page.status_headline(case, sealed, promised, asked)
    return {
        "headline": title,
        "lead": lead,
        "ending": title if sealed or case.is_open else status_page.closing_text(case)[0],
        "said_by_team": not sealed and status_page.is_reason_from_office(case),
        "way": status_page.tracker_steps(case, sealed),
        "row": row,
        "stage_template": template,
        "promised_by": promised,
        "mark": status_page.progress_mark(case, title, sealed),
        "is_answered": (title, lead) == headline.case_headline(case),
        "questions": questions,
        "answer_by": questions[-1].term if asked else None,
    }


def _papers(door: CaseAccess) -> dict:
    """Return the context about documents: valid with addresses, the latest, sent by post, revoked, renewable."""
    standing, posted, revoked = access.downloadable_documents_of(door.case)
    valid = (one for one in standing if not one.has_expired)
    latest = max(valid, key=lambda one: one.drawn_at, default=None)
    return {
        "latest": latest and (latest, door.url_of("document", latest.pk)),
        "documents": [
            (one, door.url_of("document", one.pk), door.url_of("share", one.pk)) for one in standing
        ],
        "posted": posted,
        "revoked": revoked,
        "renewable": access.renewable_permit(door.case),
    }


def _money(case: Case) -> dict:
    receipts = payments.receipts_of(case) if case.submission.fees else []
    if not receipts:
        return {"receipts": [], "refunds": [], "paid": 0}
    return {
        "receipts": receipts,
        "refunds": payments.refunds_of(case),
        "paid": payments.paid_amount_of(case),
    }


@require_GET
def show_own_case(request, door: CaseAccess):
    return show_case(request, door)


@require_POST
def answer(request, door: CaseAccess):
    """Answer the open question; without one, send a message."""
    asked = actions.has_open_question(door.case)
    try:
        rate_limits.ANSWER.count(str(door.case.pk))
        rate_limits.sending_files(request)
    except rate_limits.RateLimitExceeded as often:
        form = AnswerForm(request.POST, asked=asked)
        form.add_error(None, often.message)
        return show_case(request, door, form)
    form = AnswerForm(request.POST, request.FILES, asked=asked)
    if not form.is_valid():
        return show_case(request, door, form)
    write = actions.answer_question if asked else actions.send_message
    try:
        with stored_attachments(form.cleaned_data["files"]) as files:
            write(actor=door.actor, case=door.case, text=form.cleaned_data["text"], files=files)
    except IllegalTransition as refusal:
        form.add_error(None, str(refusal))
        door.case.refresh_from_db()
        return show_case(request, door, form)
    return redirect_with_message(
        request, door, _("Your answer has arrived.") if asked else _("Your message has arrived.")
    )


@require_http_methods(["GET", "POST"])
def withdraw(request, door: CaseAccess):
    """Ask for confirmation, then withdraw the request."""
    if not headline.may_withdraw(door.case):
        fault = headline.withdrawal_objection(door.case) or _("This request cannot be withdrawn any more.")
        return show_case(request, door, fault=fault)
    if request.method == "GET":
        context = {"door": door, "case": door.case, "url": door.url_of("withdraw")}
        return render(request, "space/withdraw.html", context)
    try:
        actions.withdraw_request(
            actor=door.actor, case=door.case, reason=request.POST.get("reason", "")[:2000]
        )
    except IllegalTransition as refusal:
        door.case.refresh_from_db()
        return show_case(request, door, fault=str(refusal))
    return redirect_with_message(request, door, _("Your request is withdrawn."))


@require_http_methods(["GET", "POST"])
def request_callback(request, door: CaseAccess):
    """Ask for the telephone number and the wished time, then request a call."""
    if request.method == "GET":
        return _call(request, door, CallBackForm(initial={"phone": door.case.phone}))
    form = CallBackForm(request.POST)
    try:
        rate_limits.ANSWER.count(str(door.case.pk))
    except rate_limits.RateLimitExceeded as often:
        form.add_error(None, often.message)
    if not form.is_valid():
        return _call(request, door, form, 422)
    actions.request_callback(actor=door.actor, case=door.case, **form.cleaned_data)
    return redirect_with_message(request, door, _("We will call you."))


def _call(request, door: CaseAccess, form: CallBackForm, status: int = 200) -> HttpResponse:
    context = {"door": door, "case": door.case, "form": form, "url": door.url_of("call")}
    return render(request, "space/call.html", context, status=status)


@require_POST
def confirm_address(request, door: CaseAccess):
    """Confirm the address of the holder of the e-mailed link. Pressing twice has no further effect."""
    if not door.may_confirm and door.case.email_confirmed_at is None:
        return show_case(
            request, door, fault=_("You can only confirm your address with the link in our e-mail.")
        )
    return redirect_with_message(
        request, door, _("Your address is confirmed. You can now also find this request in your space.")
    )


def redirect_with_message(request, door: CaseAccess, notice: str) -> HttpResponse:
    """Show a message on the status page.

    An action through an e-mailed link also confirms the address.
    """
    if door.may_confirm:
        actions.confirm_email_address(actor=door.actor, case=door.case)
    messages.success(request, notice)
    return redirect(door.url)


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def file(request, door: CaseAccess, file_id):
    """Return a file of the case as a download; it is never shown inside the site."""
    return attachment_response(access.file_of(door.case, file_id))


@require_GET
def progress(request, door: CaseAccess):
    """Return the progress, for the script of a page that waits for the answer.

    ``mark`` changes with what the status page shows; ``answered``: the answer or a call to the applicant is there;
    ``follows``: waiting for it still makes sense.
    """
    case = door.case
    prefetch_related_objects([case], *headline.PREFETCHED)
    sealed = decision_context.has_unopened_decision(case)
    title = status_page.status_headline(case, sealed)[0]
    return JsonResponse(
        {
            "mark": status_page.progress_mark(case, title, sealed),
            "answered": not case.is_open or status_page.is_answered(case),
            "follows": status_page.is_worth_following(case, timezone.now()),
        }
    )


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def photo(request, door: CaseAccess):
    """Return the photo of a problem report, to be shown on its page. It was drawn anew when it was sent."""
    report = reports.report_of(door.case)
    if report is None or report.photo is None or not report.photo.readable:
        raise Http404
    return inline_image_response(report.photo)


status_show, case_show = case_view(show_own_case)
status_photo, case_photo = case_view(photo)
status_progress, case_progress = case_view(progress)
status_answer, case_answer = (limit_input(view) for view in case_view(answer))
status_withdraw, case_withdraw = case_view(withdraw)
status_call, case_call = case_view(request_callback)
status_confirm, case_confirm = case_view(confirm_address)
status_file, case_file = case_view(file)


# -- The own space --------------------------------------------------------------------------------------
@private_page
@login_required
@require_GET
def home(request):
    related = ("version", "form", "submission", "team", "assignee")
    own = cases.own_cases(request.user).select_related(*related).prefetch_related(*headline.PREFETCHED)
    own = own.annotate(
        sealed=decision_context.has_unopened_decision_expression(),
        asked=process.has_open_question_expression(),
    ).order_by("-opened_at")
    rows = [_row(case) for case in own]
    dues = _dues(request.user)
    context = {
        "rows": rows,
        "dues": dues,
        "dues_total": sum(due["charge"].open_amount for due in dues),
        "asked": [row for row in rows if row["case"].is_open and row["case"].asked],
        "drafts": [_draft(one) for one in access.own_drafts(request.user)],
        "documents": [_document(one) for one in access.own_documents(own)],
        "unconfirmed": [(case, _title(case)) for case in requests_to_confirm(request)],
        "notices": messages.get_messages(request),
        "next_step": second_factor.second_factor_url(request.user, request.path),
    }
    return render(request, "space/space.html", context)


def _row(case: Case) -> dict:
    return {
        "case": case,
        "url": reverse("space:case", args=[case.reference]),
        "service": _title(case),
        "mark": status_page.status_mark(case, case.sealed, case.asked),
    }


def _title(case: Case) -> str:
    return case.version.definition.title(translation.get_language())


def _draft(draft: Draft) -> dict:
    return {
        "draft": draft,
        "title": draft.version.definition.title(translation.get_language()),
        "url": reverse("submissions:resume", args=[draft.secret]),
    }


def _document(document: Document) -> tuple[Document, str, str]:
    """Return the document with the addresses to download and to share it."""
    place = [document.case.reference, document.pk]
    return document, reverse("space:case_document", args=place), reverse("space:case_share", args=place)


def _dues(user) -> list[dict]:
    """Return the charges that the user can pay now."""
    return [
        {
            "charge": charge,
            "service": charge.case.version.definition.title(translation.get_language()),
            "url": basket_url(charge.basket, reverse("space:home")),
        }
        for charge in payments.payable_charges_of(user)
    ]


@private_page
@login_required
@require_POST
def pay(request):
    """Put all payable charges into one payment."""
    try:
        basket = charges.create_basket(actor=request.user, charges=payments.payable_charges_of(request.user))
    except charges.PaymentActionRefused as why:
        messages.warning(request, str(why))
        return redirect("space:home")
    return redirect(basket_url(basket, reverse("space:home")))


@private_page
@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    names = ("first_name", "last_name", "phone", "language")
    form = ProfileForm(request.POST or None, initial={name: getattr(request.user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        accounts.update_profile(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        with translation.override(form.cleaned_data["language"]):
            return redirect("space:home")
    return render(request, "space/profile.html", {"form": form}, status=422 if form.errors else 200)


@private_page
@login_required
@require_http_methods(["GET", "POST"])
def erase(request):
    """Show which personal data can be erased and which stays, why and until when. POST erases the ticked data."""
    plan = erasure.erasure_plan_for(request.user)
    if request.method == "GET":
        return render(request, "space/erase.html", {"plan": plan})
    chosen = erasure.ErasureChoice.of(request.POST, plan)
    if not chosen:
        fault = _("Choose what to erase.")
        return render(request, "space/erase.html", {"plan": plan, "fault": fault}, status=422)
    erasure.erase_chosen(actor=request.user, chosen=chosen)
    if chosen.account:
        logout(request)
        return render(request, "space/erased.html")
    messages.success(request, _("Erased."))
    return redirect("space:home")


@private_page
@login_required
@require_http_methods(["GET", "POST"])
def join_case(request):
    """Join a case that was filed at the counter, by the code of its receipt."""
    form = JoinCodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "space/join.html", {"form": form}, status=422 if form.errors else 200)
    try:
        rate_limits.JOIN.count(str(request.user.pk))
        case = actions.join_case_to_account(actor=request.user, **form.cleaned_data)
    except (rate_limits.RateLimitExceeded, IllegalTransition) as refusal:
        form.add_error(None, getattr(refusal, "message", str(refusal)))
        return render(request, "space/join.html", {"form": form}, status=422)
    messages.success(request, _("You can now find the request in your space."))
    return redirect("space:case", case.reference)


@private_page
@login_required
@require_GET
def export(request):
    """Return all personal data of the user in the online counter as a JSON download."""
    response = JsonResponse(
        export_personal_data(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    return as_download(response, f"{settings.WAGTAIL_SITE_NAME.lower()}.json")


@private_page
@login_required
@require_GET
def export_pdf(request):
    """Return the same data as a PDF download."""
    response = HttpResponse(
        render_personal_data(request.user, timezone.now()), content_type="application/pdf"
    )
    return as_download(response, f"{settings.WAGTAIL_SITE_NAME.lower()}.pdf")
