"""The pages of the filing: step by step, review, sending, receipt. They work without JavaScript."""

from functools import wraps

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from eservices.formbuilder.definition import Step
from eservices.formbuilder.forms import REMOVE_FILE, StepForm
from home.validators import validate_no_control

from . import access, actions, limits, uploads
from .filing import Filing, unjudged
from .models import Channel
from .receipts import receipt

TRAP = "website"  # a field that people do not see and robots fill in
# Buttons that leave a step without judging it. JavaScript presses the last for the links to other steps.
BACK, LATER, GO_TO = "back", "later", "go_to"
NOT_TYPED = {"csrfmiddlewaretoken", TRAP, BACK, LATER, GO_TO, REMOVE_FILE}


# -- What every page passes through --------------------------------------------------------------------------
def filing_page(view):
    """Never cached, takes files up to their limit, and answers too much input with a page that says so."""
    protected = csrf_protect(view)

    @csrf_exempt  # only until the upload handler is chosen: ``protected`` checks the token
    @never_cache
    @wraps(view)
    def page(request, *args, **kwargs):
        request.upload_handlers = [uploads.LimitedUploadHandler(request)]
        try:
            return protected(request, *args, **kwargs)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return render(request, "submissions/too_much.html", status=413)

    return page


def of_draft(view):
    """Calls ``view(request, filing)`` with the draft behind the link, or says why it does not open."""

    @filing_page
    @wraps(view)
    def page(request, secret, **kwargs):
        try:
            draft = access.draft_by_secret(request.user, secret)
        except access.SignInFirst:
            return redirect_to_login(request.get_full_path())
        except access.Expired as expired:
            return _expired(request, expired.draft)
        return view(request, Filing.of(draft, get_language(), _person(request)), **kwargs)

    return page


def of_open_draft(view):
    """The same for what ends with the sending: afterwards there is the receipt."""

    @of_draft
    @wraps(view)
    def page(request, filing, **kwargs):
        if hasattr(filing.draft, "submission"):
            return redirect("submissions:sent", filing.draft.secret)
        try:
            return view(request, filing, **kwargs)
        except actions.AlreadySent:
            return redirect("submissions:sent", filing.draft.secret)

    return page


# -- Steps ---------------------------------------------------------------------------------------------------
@filing_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request, form):
    """The first step. Nothing is kept before something is sent."""
    channel, agent = _on_behalf(request)
    filing = Filing(access.version_in_force(form), get_language(), _person(request), None, channel, agent)
    steps = filing.progress.steps
    if not steps:
        raise Http404
    return _step(request, filing, steps[0])


@of_draft
@require_safe
def resume(request, filing):
    """Where somebody left: the first step to complete, the review, or the receipt."""
    if hasattr(filing.draft, "submission"):
        return redirect("submissions:sent", filing.draft.secret)
    return redirect(filing.url(filing.progress.first_incomplete))


@of_open_draft
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, filing, step):
    """One step of a draft. Out of order, or no longer asked: the first that is to complete."""
    if filing.definition.step(step) is None:
        raise Http404
    found = filing.progress.step(step)
    if found is None:
        return redirect(filing.url(filing.progress.first_incomplete))
    if not filing.progress.may_open(found):
        messages.info(request, _("Please complete this step first."))
        return redirect(filing.url(filing.progress.first_incomplete))
    return _step(request, filing, found)


def _step(request, filing: Filing, step: Step) -> HttpResponse:
    if request.method == "POST":
        return _posted(request, filing, step)
    return _show(request, filing, step, filing.form(step))


def _posted(request, filing: Filing, step: Step) -> HttpResponse:
    """Whatever comes of it, nothing that was entered is lost: it is saved, put aside, or shown again."""
    data = without_nul(request.POST)
    if data.get(TRAP):
        form = unjudged(filing.form(step, data))
        return _show(request, filing, step, form, [_("Leave the hidden field empty, and send again.")])
    faults = _receive_files(request, filing, step)
    if data.get(REMOVE_FILE):
        _remove_file(filing, data[REMOVE_FILE])
        return _show(request, filing, step, unjudged(filing.form(step, data)))
    form = filing.form(step, data)
    if any(button in data for button in (BACK, LATER, GO_TO)):
        return _leave(filing, step, form, data)
    valid = form.is_valid()
    if valid and not faults:
        return _save(filing, step, form)
    return _show(request, filing, step, _with_faults(form, faults))


def _save(filing: Filing, step: Step, form: StepForm) -> HttpResponse:
    """To the next step; to the review where everything is complete already, as after a change from there."""
    _keep(filing, step, form)
    progress = filing.progress
    following = progress.after(step) if progress.step(step.key) else progress.first_incomplete
    return redirect(filing.url(following if progress.first_incomplete else None))


def _leave(filing: Filing, step: Step, form: StepForm, data: QueryDict) -> HttpResponse:
    """To another page, with what was typed: saved if it is right, else put aside as it is."""
    if form.is_valid():
        _keep(filing, step, form)
    else:
        typed = {name: values for name, values in data.lists() if name not in NOT_TYPED}
        filing.draft = actions.put_aside(actor=filing.user, draft=filing.start(), step=step, typed=typed)
    progress = filing.progress
    if LATER in data:
        return redirect("submissions:later", filing.draft.secret)
    if GO_TO in data:
        return redirect(filing.url(progress.step(data[GO_TO]) or step))
    return redirect(filing.url(progress.before(step) or step))


def _keep(filing: Filing, step: Step, form: StepForm) -> None:
    filing.draft = actions.save_step(
        actor=filing.user,
        draft=filing.start(),
        step=step,
        answers=form.cleaned_answers,
        language=filing.language,
    )


def _show(request, filing: Filing, step: Step, form: StepForm, notes=()) -> HttpResponse:
    context = {
        "form": form,
        "step": step,
        "action": filing.url(step) if filing.draft else request.get_full_path(),
        "trail": filing.trail(step),
        "opened": [] if form.errors else [one for one in form.questions if one.field in form.opened],
        "has_back": filing.draft and filing.progress.before(step),
        "notes": notes,
    }
    return _page(request, "submissions/step.html", filing, context)


# -- Files ---------------------------------------------------------------------------------------------------
def _receive_files(request, filing: Filing, step: Step) -> dict[str, list[str]]:
    """Keeps the files of a step that may be kept, and says of each other one why not, by question."""
    questions = {field.key: field for field in step.fields if field.type == "files"}
    faults: dict[str, list[str]] = {}
    for key in questions:
        limits = filing.file_limits(questions[key])
        for upload in request.FILES.getlist(key):
            try:
                checked = uploads.check(upload, extensions=limits.extensions, max_bytes=limits.max_bytes)
                actions.attach_file(
                    actor=filing.user, draft=filing.start(), field=key, upload=checked, most=limits.most
                )
            except ValidationError as fault:
                faults.setdefault(key, []).extend(fault.messages)
            except actions.Refused as fault:
                if isinstance(fault, actions.AlreadySent):
                    raise
                faults.setdefault(key, []).append(str(fault))
    return faults


def _remove_file(filing: Filing, file_id: str) -> None:
    if filing.draft is None:
        return
    try:
        actions.remove_file(actor=filing.user, draft=filing.draft, file_id=file_id)
    except (ValueError, ValidationError):  # not an identifier: nothing to remove
        return


def _with_faults(form: StepForm, faults: dict[str, list[str]]) -> StepForm:
    """What is wrong with a file says more than that one is missing."""
    for key, texts in faults.items():
        form.errors.pop(key, None)
        form.add_error(key if key in form.fields else None, texts)
    return form


# -- Review, sending, receipt --------------------------------------------------------------------------------
@of_open_draft
@require_safe
def review(request, filing):
    """Everything that was answered, what is due, and the button that sends."""
    if missing := filing.progress.first_incomplete:
        messages.info(request, _("Please complete this step first."))
        return redirect(filing.url(missing))
    return _review(request, filing)


def _review(request, filing: Filing, faults=()) -> HttpResponse:
    steps = filing.progress.steps
    context = {
        "trail": filing.trail(None),
        "sections": filing.sections(),
        "back_url": filing.url(steps[-1]) if steps else "",
        "faults": faults,
    }
    return _page(request, "submissions/review.html", filing, context | filing.fees())


@of_draft
@require_http_methods(["GET", "HEAD", "POST"])
def send(request, filing):
    """Sends, once: a second time leads to the same receipt."""
    if request.method != "POST":
        return redirect("submissions:resume", filing.draft.secret)
    if not hasattr(filing.draft, "submission"):
        if missing := filing.progress.first_incomplete:
            return _incomplete(request, filing, missing)
        if request.POST.get(TRAP):
            return _review(request, filing, [_("Leave the hidden field empty, and send again.")])
        if "declared" not in request.POST:
            return _review(request, filing, [_("Tick the box: you confirm that your answers are exact.")])
    try:
        actions.send(actor=filing.user, draft=filing.draft)
    except actions.Incomplete as incomplete:
        return _incomplete(request, filing, incomplete.step)
    return redirect("submissions:sent", filing.draft.secret)


def _incomplete(request, filing: Filing, step: Step) -> HttpResponse:
    messages.info(request, _("Something must be completed here before your request can be sent."))
    return redirect(filing.url(step))


@of_draft
@require_safe
def sent(request, filing):
    """The receipt: reference, what happens next and by when, the private link."""
    submission = getattr(filing.draft, "submission", None)
    if submission is None:
        return redirect("submissions:resume", filing.draft.secret)
    context = {
        "submission": submission,
        "receipt": receipt(submission),
        "sections": filing.sections(submission.answers),
    }
    return _page(request, "submissions/sent.html", filing, context)


# -- Later ---------------------------------------------------------------------------------------------------
class ResumeForm(forms.Form):
    """Where to send the link that takes up a draft again."""

    email = forms.EmailField(
        max_length=254,
        validators=[validate_no_control],
        error_messages={
            "required": gettext_lazy("Enter an e-mail address."),
            "invalid": gettext_lazy("This is not an e-mail address. It has the form name@example.ch."),
        },
    )


@of_open_draft
@require_safe
def later(request, filing):
    """Saved: here is the link, on paper or by mail."""
    return _later(request, filing, ResumeForm())


@of_open_draft
@require_http_methods(["GET", "HEAD", "POST"])
def resume_mail(request, filing):
    """Mails the link to whatever address is given: it says nothing but where to go on."""
    form = ResumeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _later(request, filing, form)
    try:
        _mail_link(filing, form.cleaned_data["email"])
    except actions.AlreadySent:
        raise
    except actions.Refused as refused:
        form.add_error("email", str(refused))
        return _later(request, filing, form)
    messages.success(request, _("The link is on its way to %(to)s.") % {"to": form.cleaned_data["email"]})
    return redirect("submissions:later", filing.draft.secret)


def _mail_link(filing: Filing, to: str) -> None:
    if not limits.email_allowed(to):
        raise actions.Refused(_("We wrote to this address several times already. Try again in an hour."))
    actions.mail_resume_link(actor=filing.user, draft=filing.draft, to=to)


def _later(request, filing: Filing, form: ResumeForm) -> HttpResponse:
    url = request.build_absolute_uri(filing.resume_path)
    return _page(request, "submissions/later.html", filing, {"form": form, "resume_url": url})


# -- Shared --------------------------------------------------------------------------------------------------
def _page(request, template: str, filing: Filing, context: dict) -> HttpResponse:
    shared = {
        "filing": filing,
        "draft": filing.draft,
        "service_title": filing.title,
        "notices": messages.get_messages(request),
    }
    return render(request, template, shared | context)


def _expired(request, draft) -> HttpResponse:
    context = {
        "draft": draft,
        "sent": hasattr(draft, "submission"),
        "service_title": draft.version.definition.title(get_language()),
    }
    return render(request, "submissions/expired.html", context, status=410)


def _person(request):
    return request.user if request.user.is_authenticated else None


def _on_behalf(request) -> tuple[str, object]:
    """Channel and agent where staff files for somebody (``?canal=``); whoever may not gets a 404."""
    channel = request.GET.get("canal", Channel.ONLINE)
    if channel == Channel.ONLINE:
        return channel, None
    if channel not in Channel.values or not access.may_file_for_others(request.user):
        raise Http404
    return channel, request.user


def without_nul(posted: QueryDict) -> QueryDict:
    """What was posted without NUL characters, which no database and no person can use."""
    data = QueryDict(mutable=True, encoding=posted.encoding)
    for name, values in posted.lists():
        data.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    return data
