"""Views of contributions: submit, read and vote. Wagtail serves the pages of consultations."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from home.links.page_links import url_in_current_language

from .. import participants, spam_checks
from ..email_verification.views import no_longer_possible, run_or_verify
from ..spam_checks import ParticipantForm
from . import access
from .forms import ContributionForm


@csrf_exempt  # ``spam_checks`` checks the origin: one rule for all forms on cacheable pages
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request, pk):
    """Take a contribution: its text, how the name is shown, and the address unless it is known."""
    page = access.open_consultation(pk)
    if page.over and request.method != "POST":
        return redirect(url_in_current_language(page))  # the page shows when it ended
    form = ContributionForm(
        request.POST if request.method == "POST" else None,
        page=page,
        known=participants.recognized_address(request),
    )
    if request.method != "POST":
        return _form(request, page, form)
    if status := spam_checks.rejection_status(request, form, over=page.over):
        return _form(request, page, form, status)
    payload = {
        "consultation": str(page.translation_key),
        "page": page.title,
        "written": form.written(),
    }
    return run_or_verify(request, form, "contribute", payload)


@require_safe
def show(request, pk):
    """Show a published contribution with its votes and its status."""
    contribution, page = access.public_contribution(pk)
    return render(
        request,
        "news/participation/consultations/contribution.html",
        {"contribution": contribution, "consultation": page},
    )


@csrf_exempt  # the button is on a cacheable page; ``spam_checks`` checks the origin
@never_cache
@require_POST
def vote(request, pk):
    """Vote or withdraw the vote if the participant is recognised; else ask for the address."""
    contribution, page = access.public_contribution(pk)
    if not page.votes or not (page.open or page.over):
        raise Http404
    if page.over or not contribution.takes_votes:
        return no_longer_possible(request, {}, contribution.get_absolute_url())
    deed = "take_back" if "take_back" in request.POST else "vote"
    known = participants.recognized_address(request)
    first_press = not known and "email" not in request.POST
    form = ParticipantForm(None if first_press else request.POST, known=known)
    status = 200 if first_press else spam_checks.rejection_status(request, form)
    if status:
        context = {"form": form, "contribution": contribution, "deed": deed}
        return render(request, "news/participation/consultations/vote.html", context, status=status)
    payload = {"contribution": contribution.pk, "title": contribution.display_title}
    return run_or_verify(request, form, deed, payload)


def _form(request, page, form, status: int = 200):
    context = {"consultation": page, "form": form}
    return render(request, "news/participation/consultations/contribute.html", context, status=status)
