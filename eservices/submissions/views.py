"""Pages of form sessions: steps, review, sending, receipt. They work without JavaScript."""

import re
from datetime import datetime
from functools import partial, wraps

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eservices.accounts.fields import EmailAddressFormField
from eservices.accounts.session_expiry import redirect_to_sign_in
from eservices.formbuilder.definition import StepDefinition
from eservices.formbuilder.forms import REMOVE_FILE, StepForm
from eservices.formbuilder.logic.visibility import visible_steps
from home.localization.dates import date_format
from home.localization.punctuation import labelled
from home.localization.times import format_time
from home.validators import validate_no_control
from home.web import rate_limits as web_rate_limits
from home.web.public_forms import HONEYPOT_FIELD

from . import access, actions, autosave, draft_token, session_recovery, upload_checks
from . import rate_limits as submissions_rate_limits
from .form_session import (
    BACK,
    GO_TO,
    LATER,
    SIGN_IN,
    TO_SPACE,
    VERSION,
    FormSession,
    to_querydict,
    typed_answers,
    without_errors,
)
from .models import SEEN, SubmissionChannel, page_state
from .receipt_context import receipt_for
from .step_files import remove_step_file, store_step_files
from .version_migration import reassign_to_steps

UNREADABLE = re.compile("[\0\u202a-\u202e\u2066-\u2069]")
STAFF_CHANNELS = set(SubmissionChannel.values) - {SubmissionChannel.ONLINE}
CHANGED = gettext_lazy("This form has changed while the page was open. Please check your answers.")


# -- Decorators of all pages ---------------------------------------------------------------------------------
def form_page(view):
    """Wrap a view: never cached, and too much input is answered with a page that explains it."""
    limited = upload_checks.limit_input(view)

    @never_cache
    @wraps(limited)
    def page(request, *args, **kwargs):
        return autosave.answer_press(request, limited(request, *args, **kwargs))

    return page


def with_draft(view, *, with_submission: bool = True):
    """Call ``view(request, filing)`` with the draft behind the link, or show why it does not open."""

    @form_page
    @wraps(view)
    def page(request, secret, **kwargs):
        try:
            draft = access.draft_by_secret(request.user, secret, with_submission=with_submission)
        except access.SignInRequired as first:
            return _sign_in_first(request, first.draft, kwargs.get("step"))
        except access.DraftExpired as expired:
            return _expired(request, expired.draft)
        session_recovery.claim_remembered_draft(request, draft)
        try:
            told = _follow(request, draft)
        except actions.AlreadySent:  # in another tab at the same moment
            return redirect("submissions:sent", draft.secret)
        filing = FormSession.of(
            draft, get_language(), _person(request), web_rate_limits.client_address(request)
        )
        filing.told = told
        return view(request, filing, **kwargs)

    return page


def _sign_in_first(request, draft, key: str | None) -> HttpResponse:
    """Redirect to sign-in after a session has ended. Posted data is stored in the session and shown afterwards.

    It is not saved in the draft: the holder of a link that opens only for its owner must not write there either. Files
    of unknown visitors are not stored, only their names, to show which must be chosen again. The data in the session is
    limited.
    """
    kept, step = False, draft.version.definition.step(key) if key else None
    if request.method == "POST" and step:
        kept = submissions_rate_limits.may_wait(request) and session_recovery.store_for_session(
            request, draft, step, typed_answers(strip_unsafe_characters(request.POST), step)
        )
    if autosave.is_autosave(request):
        return autosave.autosave_refused(_signed_out(request.FILES, kept), 401)
    if request.method == "POST":
        messages.info(request, _signed_out_at_press(kept))
    return redirect_to_login(request.get_full_path())


def _signed_out(files, kept: bool) -> str:
    """Return the message for a page that saves automatically."""
    if not kept:
        return _(
            "You are no longer signed in. Sign in in another window before you continue. Nothing is "
            "saved here."
        )
    if files:
        return _(
            "You are no longer signed in. Sign in in another window, then press “Try again”. If you "
            "press “Continue” here, your entries are saved, but you must choose the file again after "
            "signing in."
        )
    return _("You are no longer signed in. Press “Continue” and sign in. Your entries are saved.")


def _signed_out_at_press(kept: bool) -> str:
    if kept:
        return _("You are no longer signed in. Sign in to continue where you were: your entries are saved.")
    return _("You are no longer signed in. Sign in to continue where you were.")


def _follow(request, draft) -> str:
    """Migrate a draft to the version in force, and return what to tell the applicant.

    Until something is posted the row stays unchanged: following a link changes nothing, and the message is shown on
    every page.
    """
    version = access.newer_version(draft)
    if version is None:
        return ""
    carried = actions.preview_migration(draft, version, get_language())
    if request.method == "POST":
        migrated = actions.migrate_draft(actor=_person(request), draft=draft, version=version)
        draft.saved_from = migrated.saved_from
    draft.take(version, carried)
    return carried.change_summary


def with_open_draft(view):
    """Do the same for views that end with sending: afterwards they redirect to the receipt."""

    @partial(with_draft, with_submission=False)
    @wraps(view)
    def page(request, filing, **kwargs):
        if filing.draft.sent_as:
            return redirect("submissions:sent", filing.draft.secret)
        try:
            return view(request, filing, **kwargs)
        except actions.AlreadySent:
            return redirect("submissions:sent", filing.draft.secret)

    return page


# -- Steps ---------------------------------------------------------------------------------------------------
@form_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request, form):
    """Show the first step. Nothing is saved before something is posted."""
    if _channel(request) in STAFF_CHANNELS and not request.user.is_authenticated:
        return redirect_to_sign_in(request, request.get_full_path())
    channel, agent = _on_behalf(request)
    filing = FormSession(
        access.version_in_force(form),
        get_language(),
        _person(request),
        None,
        channel,
        agent,
        caller=web_rate_limits.client_address(request),
    )
    steps = filing.progress.steps
    if not steps:
        raise Http404
    filing.beginning, started = _beginning(request, form)
    if request.method == "POST" and started:
        return step(request, secret=filing.beginning.secret, step=steps[0].key)
    if earlier := _earlier(request, filing):
        first = visible_steps(earlier.definition, {}, timezone.localdate())
        return _posted_before(request, filing, first[0])
    if request.method != "POST" and filing.closed:
        return _closed(request, filing)
    return _step(request, filing, steps[0])


def _closed(request, filing: FormSession) -> HttpResponse:
    """Show that no submission is accepted now, before the applicant starts."""
    return _page(request, "submissions/closed.html", filing, {"closed": filing.closed}, status=403)


def _beginning(request, form: str) -> tuple[draft_token.DraftToken, bool]:
    """Return the token that the page posted, and whether its draft is started.

    A new page gets a new token, and so does one whose draft was sent.
    """
    brought = draft_token.read_token(request.POST.get(draft_token.FIELD, ""), form)
    sent = access.was_draft_sent(brought.secret) if brought else None
    if brought is None or sent:
        return draft_token.new_token(form), False
    return brought, sent is not None


@with_draft
@require_safe
def resume(request, filing):
    """Redirect to where the applicant left: the first incomplete step, the review, or the receipt."""
    if hasattr(filing.draft, "submission"):
        return redirect("submissions:sent", filing.draft.secret)
    return redirect(filing.url(filing.progress.first_incomplete))


@with_open_draft
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, filing, step):
    """Show or save a step of a draft.

    Redirects to the first incomplete step if the step is out of order or not asked any more.
    """
    if (earlier := _earlier(request, filing)) and (before := earlier.definition.step(step)):
        return _posted_before(request, filing, before)
    if filing.definition.step(step) is None:
        raise Http404
    found = filing.progress.step(step)
    if found is None:
        return redirect(filing.url(filing.progress.first_incomplete))
    if not filing.progress.may_open(found):
        messages.info(request, _("Please complete this step first."))
        return redirect(filing.url(filing.progress.first_incomplete))
    return _step(request, filing, found)


def _step(request, filing: FormSession, step: StepDefinition) -> HttpResponse:
    if request.method == "POST":
        response = _posted(request, filing, step)
        return autosave.answer_press(request, response, filing.url(step))
    if unsaved := _unsaved(request, filing, step):
        return _show(request, filing, step, unsaved, seen=unsaved.data.get(SEEN, ""))
    return _show(request, filing, step, filing.form(step))


def _unsaved(request, filing: FormSession, step: StepDefinition) -> StepForm | None:
    """Return the form with data that was posted after the session had ended, until it is posted again.

    Files that must be chosen again are listed beside each question and above all questions.
    """
    kept = session_recovery.load_for_step(request, filing.draft, step)
    if kept is None:
        return None
    form = filing.form(step)
    if kept.typed:
        messages.info(request, _("You are signed in again. Check your entries, then continue."))
        form = without_errors(filing.form(step, to_querydict(kept.typed)))
    if files := session_recovery.missing_files(kept, filing.draft):
        names = [name for some in files.values() for name in some]
        messages.warning(request, _("Choose again: %(names)s.") % {"names": quote_names(names)})
    for key, names in files.items():
        remark = _("Not saved because you were no longer signed in: %(names)s. Choose again.")
        form.remarks.setdefault(key, []).append(remark % {"names": quote_names(names)})
    return form


def quote_names(names: list[str]) -> str:
    return ", ".join(_("“%(name)s”") % {"name": name} for name in names)


def _posted(request, filing: FormSession, step: StepDefinition) -> HttpResponse:
    """Process a posted page. In every case its data is saved, stored without validation, or shown again."""
    data = strip_unsafe_characters(request.POST)
    if data.get(HONEYPOT_FIELD):
        form = without_errors(filing.form(step, data))
        return _show(request, filing, step, form, [_("Leave the hidden field empty, and send again.")])
    try:
        submissions_rate_limits.count_page_post(
            request, filing, filing.growth(step, typed_answers(data, step))
        )
    except submissions_rate_limits.RateLimitExceeded as often:
        return _too_often(request, filing, step, data, often)
    if autosave.is_autosave(request):
        answer = autosave.handle_autosave(request, filing, step, data)
        if answer.status_code == 200 and autosave.has_typed_answers(request):
            session_recovery.discard_typed(request, filing.draft, step)
        return answer
    session_recovery.discard_for_step(request, filing.draft, step)
    faults = store_step_files(request, filing, step)
    if data.get(REMOVE_FILE):
        remove_step_file(filing, data[REMOVE_FILE])
        return _show(request, filing, step, without_errors(filing.form(step, data)))
    form = filing.form(step, data)
    try:
        if any(button in data for button in (BACK, LATER, GO_TO, SIGN_IN)):
            return _leave(request, filing, step, form, data)
        if form.is_valid() and not faults:
            return _save(request, filing, step, form)
    except actions.AnswerUnavailable as gone:
        faults = {gone.field: [str(gone)]}
    except actions.StepChangedElsewhere:
        return _show(
            request, filing, step, form, [_saved_meanwhile(filing, step, form)], status=409, asked=True
        )
    return _show(request, filing, step, _with_faults(form, faults))


def _saved_meanwhile(filing: FormSession, step: StepDefinition, form: StepForm) -> str:
    """Return which answers another window saved, and how to go on."""
    there = [labelled(label, answer or _("No answer")) for label, answer in filing.other_answers(step, form)]
    return _(
        "This step was saved meanwhile with other answers: %(answers)s. Press “Continue” again to keep what is here."
    ) % {"answers": "; ".join(there)}


def _too_often(
    request,
    filing: FormSession,
    step: StepDefinition,
    data: QueryDict,
    often: submissions_rate_limits.RateLimitExceeded,
) -> HttpResponse:
    """Show the page again with its data, and when to continue."""
    if autosave.is_autosave(request):
        response = autosave.autosave_refused(often.message, 429, retry=often.seconds)
    else:
        form = without_errors(filing.form(step, data))
        response = _show(request, filing, step, form, [often.message], status=429)
    response["Retry-After"] = often.seconds
    return response


def _earlier(request, filing: FormSession):
    """Return the version of the posted page, if it is not the version of the draft."""
    number = request.POST.get(VERSION, "")
    if not number or number == str(filing.version.number):
        return None
    return access.published_version(filing.version.form, number)


def _posted_before(request, filing: FormSession, step: StepDefinition) -> HttpResponse:
    """Process a page that was open while the form changed: its data goes to the steps that ask it now.

    Files are stored and the data is saved without validation.
    """
    data = strip_unsafe_characters(request.POST)
    if data.get(HONEYPOT_FIELD):
        return redirect(filing.url(filing.progress.first_incomplete))
    try:
        submissions_rate_limits.count_page_post(
            request, filing, filing.growth(step, typed_answers(data, step))
        )
    except submissions_rate_limits.RateLimitExceeded as often:
        return _too_often(request, filing, filing.definition.step(step.key) or step, data, often)
    received = [store_step_files(request, filing, one) for one in filing.definition.steps]
    faults = [text for of_step in received for texts in of_step.values() for text in texts]
    if autosave.is_autosave(request):
        return autosave.autosave_refused(" ".join([*faults, str(filing.told or CHANGED)]), 409)
    typed = reassign_to_steps(step, filing.definition, filing.answers, dict(data.lists()))
    asked = _overwriting(request, filing, step, typed)
    for key, own in typed.items():
        if asked and key == step.key:
            continue
        filing.draft = actions.save_unvalidated(
            actor=filing.user, draft=filing.start(), step=filing.definition.step(key), typed=own
        )
    if asked:
        notes = [filing.told or CHANGED, *faults, _saved_meanwhile(filing, asked.step, asked)]
        return _show(request, filing, asked.step, asked, notes, status=409, asked=True)
    messages.info(request, filing.told or CHANGED)
    for fault in faults:
        messages.warning(request, fault)
    if LATER in data and filing.draft:
        return redirect("submissions:later", filing.draft.secret)
    if SIGN_IN in data and filing.draft:
        return _to_sign_in(request, filing, filing.resume_path, data[SIGN_IN])
    asked = [one for one in filing.progress.steps if one.key in typed and filing.progress.may_open(one)]
    return redirect(filing.url(asked[0] if asked else filing.progress.first_incomplete))


def _overwriting(request, filing: FormSession, step: StepDefinition, typed) -> StepForm | None:
    """Return the form of a page of an earlier version that differs from what another window saved; None otherwise."""
    found = filing.definition.step(step.key) if step.key in typed else None
    if not (
        found and filing.draft and filing.draft.is_saved_by_other_page(found, request.POST.get(SEEN, ""))
    ):
        return None
    form = without_errors(filing.form(found, to_querydict(typed[found.key])))
    return form if filing.other_answers(found, form) else None


def _save(request, filing: FormSession, step: StepDefinition, form: StepForm) -> HttpResponse:
    """Save, and redirect to the next step, or to the review if everything is complete, as after a change from there."""
    _keep(request, filing, step, form)
    progress = filing.progress
    following = progress.after(step) if progress.step(step.key) else progress.first_incomplete
    return redirect(filing.url(following if progress.first_incomplete else None))


def _leave(
    request, filing: FormSession, step: StepDefinition, form: StepForm, data: QueryDict
) -> HttpResponse:
    """Redirect to another page, after saving the data: validated if it is valid, else without validation."""
    elsewhere = filing.draft and filing.draft.is_saved_by_other_page(step, data.get(SEEN, ""))
    if elsewhere and filing.other_answers(step, form):
        raise actions.StepChangedElsewhere
    if SIGN_IN in data and not filing.draft and not _has_typed(data, step):
        to_space = data[SIGN_IN] == TO_SPACE
        return redirect_to_login(reverse("space:home") if to_space else request.get_full_path())
    if SIGN_IN in data or not (form.is_valid() and _is_kept(request, filing, step, form)):
        filing.draft = actions.save_unvalidated(
            actor=filing.user, draft=filing.start(), step=step, typed=typed_answers(data, step)
        )
    progress = filing.progress
    if LATER in data:
        return redirect("submissions:later", filing.draft.secret)
    if SIGN_IN in data:
        return _to_sign_in(request, filing, filing.url(step), data[SIGN_IN])
    if GO_TO in data:
        return redirect(filing.url(progress.step(data[GO_TO]) or step))
    return redirect(filing.url(progress.before(step) or step))


def _has_typed(data: QueryDict, step: StepDefinition) -> bool:
    typed = typed_answers(data, step)
    return any(one.strip() for name, values in typed.items() if name != SEEN for one in values)


def _to_sign_in(request, filing: FormSession, back: str, pressed: str = "") -> HttpResponse:
    """Redirect to the sign-in, then to ``back``. The draft then belongs to the person, and is filled in.

    If they are signed in already, the draft becomes theirs now. ``pressed``: ``TO_SPACE`` from the head of the page,
    which leads to the own space. That claims nothing for a person who was signed in: it may be a relative who helps.
    """
    if request.user.is_authenticated:
        if pressed == TO_SPACE:
            return redirect("space:home")
        if not filing.for_somebody:
            actions.claim_draft(actor=filing.user, draft=filing.draft)
        return redirect(back)
    if pressed == TO_SPACE:
        back = f"{reverse('submissions:sign_in', args=[filing.draft.secret])}?{TO_SPACE}"
    if submissions_rate_limits.may_wait(request):
        session_recovery.remember_draft(request, filing.draft)
    return redirect_to_login(back)


def _is_kept(request, filing: FormSession, step: StepDefinition, form: StepForm) -> bool:
    try:
        _keep(request, filing, step, form)
    except actions.AnswerUnavailable:
        return False
    return True


def _keep(request, filing: FormSession, step: StepDefinition, form: StepForm) -> None:
    """Save the step, and show the messages about it."""
    filing.draft = actions.save_step(
        actor=filing.user,
        draft=filing.start(),
        step=step,
        answers=form.cleaned_answers,
        language=filing.language,
        caller=filing.caller,
        seen=form.data.get(SEEN, ""),
        offered=filing.offered_answers(step),
    )
    for text in filing.draft.said:
        messages.info(request, text)


def _show(
    request,
    filing: FormSession,
    step: StepDefinition,
    form: StepForm,
    notes=(),
    status=200,
    *,
    seen="",
    asked=False,
) -> HttpResponse:
    """Show a step. A page that is posted and shown again remains the same page, with the state ``seen``.

    ``asked``: it is another one, because it tells what another window saved.
    """
    seen = "" if asked else request.POST.get(SEEN, seen)
    form.action = filing.url(step) if filing.draft else request.get_full_path()
    context = {
        "form": form,
        "step": step,
        "trail": filing.step_navigation(step),
        "opened": [] if form.errors else [one for one in form.questions if one.field in form.opened],
        "has_back": filing.draft and filing.progress.before(step),
        "notes": notes,
        "seen": seen or page_state(filing.mark(step)),
        "asked": asked,
        "closed": filing.closed,
        "may_fill_in": filing.may_fill_in(step),
        "beginning": None if filing.draft else filing.beginning,
    }
    return _page(request, "submissions/step.html", filing, context | filing.live(form), status)


def _with_faults(form: StepForm, faults: dict[str, list[str]]) -> StepForm:
    """Replace the errors of file questions by ``faults``, which say more than that a file is missing."""
    for key, texts in faults.items():
        form.errors.pop(key, None)
        form.add_error(key if key in form.fields else None, texts)
    return form


# -- Review, sending, receipt --------------------------------------------------------------------------------
@with_open_draft
@require_safe
def review(request, filing):
    """Show all answers, the fees, and the button that sends."""
    if missing := filing.progress.first_incomplete:
        messages.info(request, _("Please complete this step first."))
        return redirect(filing.url(missing))
    return _review(request, filing)


def _review(request, filing: FormSession, faults=(), status=200) -> HttpResponse:
    steps = filing.progress.steps
    context = {
        "trail": filing.step_navigation(None),
        "sections": filing.sections(),
        "back_url": filing.url(steps[-1]) if steps else "",
        "faults": faults,
        "closed": filing.closed,
        "identity_texts": filing.identity_texts(),
    }
    return _page(request, "submissions/review.html", filing, context | filing.fees(), status)


@with_open_draft
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request, filing):
    """Sign in from the review, and come back to it. Afterwards, the way from the head of a step to the own space."""
    if TO_SPACE in request.GET:
        return redirect("space:home")
    if request.method != "POST":
        return redirect("submissions:resume", filing.draft.secret)
    return _to_sign_in(request, filing, filing.url(None))


@with_draft
@require_http_methods(["GET", "HEAD", "POST"])
def send(request, filing):
    """Send the draft, once: a second request redirects to the same receipt."""
    if request.method != "POST":
        return redirect("submissions:resume", filing.draft.secret)
    if not hasattr(filing.draft, "submission") and (answer := _held_up(request, filing)):
        return answer
    try:
        actions.submit(actor=filing.user, draft=filing.draft)
    except actions.IncompleteSubmission as incomplete:
        return _incomplete(request, filing, incomplete.step)
    except actions.ServiceClosed as closed:
        filing.closed = closed.refusal
        return _review(request, filing, status=409)
    return redirect("submissions:sent", filing.draft.secret)


def _held_up(request, filing: FormSession) -> HttpResponse | None:
    """Return the page that shows why the draft cannot be sent; None if it can."""
    number = str(filing.version.number)
    if missing := filing.progress.first_incomplete:
        return _incomplete(request, filing, missing)
    if request.POST.get(VERSION, "" if filing.told else number) != number:
        messages.info(request, filing.told or CHANGED)
        return redirect("submissions:review", filing.draft.secret)
    if fault := _fault_of_sending(request, filing):
        return _review(request, filing, [fault])
    try:
        submissions_rate_limits.count_submission(request, filing)
    except submissions_rate_limits.RateLimitExceeded as often:
        response = _review(request, filing, [often.message], status=429)
        response["Retry-After"] = often.seconds
        return response
    return None


def _fault_of_sending(request, filing: FormSession) -> str:
    if request.POST.get(HONEYPOT_FIELD):
        return _("Leave the hidden field empty, and send again.")
    if "declared" not in request.POST:
        return _("Tick the box to confirm that your answers are exact.")
    if filing.is_hasty:
        return _("That was very quick. Check your answers, then send again.")
    return ""


def _incomplete(request, filing: FormSession, step: StepDefinition) -> HttpResponse:
    messages.info(request, _("Complete the missing answers here before you send your request."))
    return redirect(filing.url(step))


@with_draft
@require_safe
def sent(request, filing):
    """Show the receipt: reference, next steps and their deadline, the private link."""
    submission = getattr(filing.draft, "submission", None)
    if submission is None:
        return redirect("submissions:resume", filing.draft.secret)
    context = {
        "submission": submission,
        "receipt": receipt_for(submission),
        "sections": filing.sections(submission),
    }
    return _page(request, "submissions/sent.html", filing, context)


# -- Later ---------------------------------------------------------------------------------------------------
class ResumeForm(forms.Form):
    """The e-mail address for the link that resumes a draft."""

    email = EmailAddressFormField(
        max_length=254,
        validators=[validate_no_control],
        error_messages={
            "required": gettext_lazy("Enter an e-mail address."),
            "invalid": gettext_lazy("This is not an e-mail address. It has the form name@example.ch."),
        },
    )


@with_open_draft
@require_safe
def save_for_later(request, filing):
    """Show the link of the saved draft, to print or to send by e-mail."""
    return _later(request, filing, ResumeForm())


@with_open_draft
@require_http_methods(["GET", "HEAD", "POST"])
def email_resume_link(request, filing):
    """Send the link to the given address. The message contains nothing but where to continue."""
    form = ResumeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _later(request, filing, form)
    try:
        _mail_link(filing, form.cleaned_data["email"])
    except actions.AlreadySent:
        raise
    except actions.SubmissionRefused as refused:
        form.add_error("email", str(refused))
        return _later(request, filing, form)
    messages.success(request, _("The link is on its way to %(to)s.") % {"to": form.cleaned_data["email"]})
    return redirect("submissions:later", filing.draft.secret)


def _mail_link(filing: FormSession, to: str) -> None:
    try:
        submissions_rate_limits.RESUME_EMAIL.count(web_rate_limits.normalize_mailbox(to))
    except submissions_rate_limits.RateLimitExceeded as often:
        raise actions.SubmissionRefused(
            _("We wrote to this address several times already. Try again at %(hour)s.") % {"hour": often.hour}
        ) from None
    actions.mail_resume_link(actor=filing.user, draft=filing.draft, to=to)


def _later(request, filing: FormSession, form: ResumeForm) -> HttpResponse:
    url = request.build_absolute_uri(filing.resume_path)
    name = "later_at_counter" if filing.for_somebody else "later"
    return _page(request, f"submissions/{name}.html", filing, {"form": form, "resume_url": url})


# -- Shared --------------------------------------------------------------------------------------------------
def _page(request, template: str, filing: FormSession, context: dict, status: int = 200) -> HttpResponse:
    if autosave.is_press(request):
        # The browser asks for this page: nothing is rendered twice, and no message is lost.
        return JsonResponse({})
    shared = {
        "filing": filing,
        "draft": filing.draft,
        "service_title": filing.title,
        "notices": [
            *([filing.told] if filing.told else []),
            *messages.get_messages(request),
            *(_kept_until(what, until) for what, until in filing.current_reservations.items()),
        ],
    }
    return render(request, template, shared | context, status=status)


def _kept_until(what: str, until: datetime) -> str:
    """Return the message about a reservation: until when, and how it is lost."""
    local = timezone.localtime(until)
    text = _(
        "%(what)s. This is held for you until %(day)s, %(hour)s. Send your request by then. If "
        "you choose another option, this one becomes free for others."
    )
    return text % {"what": capfirst(what), "day": date_format(local, "l j F"), "hour": format_time(local)}


def _expired(request, draft) -> HttpResponse:
    context = {
        "draft": draft,
        "sent": hasattr(draft, "submission"),
        "service_title": draft.version.definition.title(get_language()),
    }
    return render(request, "submissions/expired.html", context, status=410)


def _person(request):
    return request.user if request.user.is_authenticated else None


def _channel(request) -> str:
    return request.GET.get("canal", SubmissionChannel.ONLINE)


def _on_behalf(request) -> tuple[str, object]:
    """Return channel and agent if staff apply for somebody (``?canal=``); 404 without the permission."""
    channel = _channel(request)
    if channel == SubmissionChannel.ONLINE:
        return channel, None
    if channel not in SubmissionChannel.values or not access.may_submit_for_others(request.user):
        raise Http404
    return channel, request.user


def strip_unsafe_characters(posted: QueryDict) -> QueryDict:
    """Remove NUL characters, which PostgreSQL cannot store, and direction marks from posted data.

    Direction marks change the order in which the following text is read, by which a name can pass for another.
    """
    data = QueryDict(mutable=True, encoding=posted.encoding)
    for name, values in posted.lists():
        data.setlist(name.replace("\0", ""), [UNREADABLE.sub("", value) for value in values])
    return data
