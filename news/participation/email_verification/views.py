"""Views of pending actions: run at once for a recognised participant, else after a click on the e-mailed link."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home.links.page_links import is_own_url
from home.web.secret_links import show_expired_links

from .. import participants
from ..pending_actions import OUTCOMES, PENDING_ACTIONS, ActionNoLongerPossible, ActionResult
from ..spam_checks import ParticipantForm
from . import access, actions


def run_or_verify(request, form: ParticipantForm, kind: str, payload: dict) -> HttpResponse:
    """Run the action of a recognised participant; else e-mail the link. The response is the same for every address."""
    if form.is_trapped:
        return redirect("participation:asked")
    if form.known:
        now = timezone.now()
        try:
            return _thanked(
                PENDING_ACTIONS[kind].do(email=form.known, language=get_language(), payload=payload, at=now)
            )
        except ActionNoLongerPossible:
            return no_longer_possible(request, payload)
    actions.request_verification(
        email=form.cleaned_data["email"], language=get_language(), kind=kind, payload=payload
    )
    return redirect("participation:asked")


@require_safe
def verification_sent(request):
    return render(request, "news/participation/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@show_expired_links("news/participation/expired.html")
def confirm(request, secret):
    """Show the pending action and a button on GET, because mail scanners follow links; run it on POST."""
    pending = access.pending_action_by_secret(secret, timezone.now())
    if request.method != "POST":
        about = PENDING_ACTIONS[pending.kind].about(pending.payload)
        context = {"written": pending.payload.get("written"), "about": about}
        return render(request, "news/participation/confirm.html", context)
    try:
        response = _thanked(actions.run_pending_action(pending=pending))
    except ActionNoLongerPossible:
        return no_longer_possible(request, pending.payload)
    participants.remember_participant(request, response, pending.email)
    return response


@never_cache
@require_safe
def thanks(request):
    """Show the result of an action, by its key."""
    heading, lead = OUTCOMES.get(request.GET.get("done", ""), OUTCOMES["handed"])
    url = request.GET.get("to", "")
    url = url if is_own_url(url) else ""
    known = participants.recognized_address(request) and not request.user.is_authenticated
    context = {"heading": heading, "lead": lead, "url": url, "known": known}
    return render(request, "news/participation/thanks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clear_participant(request):
    """Forget the recognised participant in this browser, for shared computers."""
    if request.method != "POST":
        return render(request, "news/participation/leave.html")
    response = render(request, "news/participation/left.html")
    participants.clear_participant(response)
    return response


def no_longer_possible(request, payload: dict, url: str = "") -> HttpResponse:
    """Answer 409 with the visitor's text, so that it is not lost. ``url``: link to continue."""
    context = {"written": payload.get("written"), "url": url}
    return render(request, "news/participation/impossible.html", context, status=409)


def _thanked(done: ActionResult) -> HttpResponse:
    return redirect(f"{reverse('participation:thanks')}?{urlencode({'done': done.outcome, 'to': done.url})}")
