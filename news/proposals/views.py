"""Views to confirm a proposal by the e-mailed link."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home.web.secret_links import show_expired_links

from . import access, actions, proposal_types
from .states import ProposalState


@require_safe
def proposal_sent(request):
    """Show the next steps after a proposal. The page is the same for everybody."""
    return render(request, "news/proposals/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@show_expired_links("news/proposals/expired.html")
def proposal(request, secret):
    """Show a button on GET, because mail scanners follow links; send the proposal to the editors on POST."""
    found = access.proposal_by_link(secret, timezone.now())
    if request.method == "POST":
        found = actions.confirm_proposal(proposal=found)
    kind = proposal_types.proposal_type_of(found)
    url = kind.public_url(found) if found.state == ProposalState.ACCEPTED else reverse(kind.again(found))
    return render(request, "news/proposals/proposal.html", {"proposal": found, "url": url})
