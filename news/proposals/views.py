"""Confirming a proposal by the mailed link."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home.secrets import LinkExpired

from . import access, actions, kinds
from .states import State


@require_safe
def asked(request):
    """What follows after something was proposed: the same for everybody."""
    return render(request, "news/proposals/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request, secret):
    """GET shows a button, because mail scanners follow links; POST sends the proposal to the editors."""
    try:
        found = access.by_link(secret, timezone.now())
    except LinkExpired:
        return render(request, "news/proposals/expired.html", status=410)
    if request.method == "POST":
        found = actions.confirm(proposal=found)
    kind = kinds.of(found)
    url = kind.public_url(found) if found.state == State.ACCEPTED else reverse(kind.again(found))
    return render(request, "news/proposals/proposal.html", {"proposal": found, "url": url})
