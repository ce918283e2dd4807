"""Pages to find a request again: its link by e-mail, and requests sent without signing in."""

import time
from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eservices.accounts.email_addresses import stored_form
from eservices.cases import access as cases
from eservices.cases import actions
from eservices.cases.models import Case
from home.web.private_pages import private_page
from home.web.public_forms import mailbox_limit_status
from home.web.shortcuts import get_or_404

from .forms import LostLinkForm
from .rate_limits import LOST_LINK, LOST_LINK_MAILBOX

ANSWERED_AFTER = 0.5  # seconds, whether there are requests or not: longer than finding and writing them takes


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request):
    """Mail the links of the requests with an address to it. The answer is the same if there are none."""
    began = time.monotonic()
    if request.method != "POST":
        email = request.user.email if request.user.is_authenticated else ""
        return _ask(request, LostLinkForm(initial={"email": email}))
    form = LostLinkForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    # Robots in the trap count as well: the pause below keeps a process busy.
    if not LOST_LINK.allows_client(request):
        form.add_error(None, _("Too many links were asked for from here. Try again in an hour, or call us."))
        return _ask(request, form, 429)
    if not form.is_trapped:
        if status := mailbox_limit_status(form, "email", LOST_LINK_MAILBOX):
            return _ask(request, form, status)
        actions.mail_status_links(**form.cleaned_request, language=get_language())
    time.sleep(max(0, began + ANSWERED_AFTER - time.monotonic()))
    return render(request, "space/lost_link_sent.html", {"email": form.cleaned_data["email"]})


def _ask(request, form: LostLinkForm, status: int = 200) -> HttpResponse:
    return render(request, "space/lost_link.html", {"form": form}, status=status)


def requests_to_confirm(request) -> list[Case]:
    """Return the requests that the person may confirm, if this session proved access to the mailbox by a code."""
    if not (proven_at := _mailbox_proven_at(request)):
        return []
    return actions.cases_to_confirm(request.user, proven_at)


def _mailbox_proven_at(request) -> datetime | None:
    """Return when this session was opened by a code sent to the address of the account; None if it was not."""
    records = get_authentication_records(request, request.user)
    own = stored_form(request.user.email)
    codes = [
        one["at"]
        for one in records
        if one.get("method") == "code" and stored_form(one.get("email") or "") == own
    ]
    return datetime.fromtimestamp(max(codes), UTC) if codes else None


@private_page
@login_required
@require_POST
def claim(request):
    """Confirm that a request which was sent without an account is the person's own."""
    if not (proven_at := _mailbox_proven_at(request)):
        raise Http404
    free = cases.unconfirmed_cases(request.user, proven_at)
    reference = request.POST.get("reference", "").replace("\0", "")  # PostgreSQL refuses NUL
    case = get_or_404(free, reference=reference[:24])
    try:
        actions.confirm_case_of_account(actor=request.user, case=case, proven_at=proven_at)
    except actions.IllegalTransition as refusal:
        raise Http404 from refusal
    messages.success(request, _("You can now find the request in your space."))
    return redirect("space:case", case.reference)


def unknown_link(request, secret):
    """Answer a link that was copied incompletely as one that is unknown."""
    raise Http404
