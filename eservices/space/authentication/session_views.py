"""The list of sessions and sign-ins of a user, who can end sessions there."""

import re

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from eservices.accounts import actions
from eservices.accounts.models import SignIn, User
from home.web.private_pages import private_page

from . import sign_in_record
from .session_lifetime import ENDED_OTHERS_AT

SHOWN = 20  # of the latest sign-ins, and as many failures; a stranger's failures hide no sign-in
FAULTS = (SignIn.Kind.FAILED, SignIn.Kind.LOCKED_OUT)
# Signs in a User-Agent and the names of browsers and systems. A special one precedes those that it also claims to be.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
SYSTEMS |= {"Mac OS": "Mac", "Linux": "Linux"}


@private_page
@login_required
@require_http_methods(["GET", "POST"])
def sessions(request):
    """List the sessions and the latest sign-ins. POST ends the session ``end``, or all others."""
    own = live_sessions(request.user)
    current = request.session.session_key
    if request.method == "POST":
        chosen = request.POST.get("end", "")
        ended = [one for one in own if one.session_key != current and chosen in ("", str(one.pk))]
        end_sessions(request, request.user, ended, all_others=not chosen)
        messages.success(request, _("Signed out there.") if ended else _("There were no sessions to end."))
        return redirect("usersessions_list")
    context = {
        "sessions": [
            {"one": one, "device": device(one.user_agent), "current": one.session_key == current}
            for one in sorted(own, key=lambda one: one.created_at, reverse=True)
        ],
        "sign_ins": latest(request.user.sign_ins.exclude(kind__in=FAULTS)),
        "failures": latest(request.user.sign_ins.filter(kind__in=FAULTS)),
        "notices": messages.get_messages(request),
    }
    return render(request, "space/sessions.html", context)


def live_sessions(user: User) -> list[UserSession]:
    """Return the listed sessions of ``user`` that are still valid. Expired ones stay listed until the job runs."""
    listed = {one.session_key: one for one in UserSession.objects.filter(user=user)}
    live = Session.objects.filter(session_key__in=listed, expire_date__gt=timezone.now())
    valid = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    return [listed[one.session_key] for one in live if one.get_decoded().get(HASH_SESSION_KEY) in valid]


def latest(sign_ins) -> list[dict]:
    return [{"one": one, "device": device(one.user_agent)} for one in sign_ins[:SHOWN]]


@transaction.atomic
def end_sessions(request, user: User, ended: list[UserSession], *, all_others: bool) -> None:
    """End sessions of ``user`` and record it.

    ``all_others``: also end sessions that are not listed; the session of the request goes on.
    """
    for one in ended:
        one.end()
    if all_others:
        now = timezone.now()
        actions.end_unlisted_sessions(actor=user, user=user, at=now)
        request.session[ENDED_OTHERS_AT] = now.timestamp()
    if ended:
        sign_in_record.record(request, SignIn.Kind.ENDED, user=user)


def device(user_agent: str) -> str:
    """Name the browser and the system of a User-Agent, as “Firefox, Windows”; "" if neither is known."""
    found = (
        next((name for sign, name in known.items() if re.search(rf"\b{sign}", user_agent)), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))
