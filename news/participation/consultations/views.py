"""Handing in, reading and voting. The pages of consultations themselves are Wagtail's."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from home.links import read_here

from .. import people, screening
from ..proving.views import hand_in, too_late
from ..screening import PersonForm
from . import access
from .forms import ContributionForm


@csrf_exempt  # where it came from is checked by screening: the same rule for forms on cacheable pages
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request, pk):
    """One page: the idea or the answers, how the name is shown, and the address unless it is known."""
    page = access.asked_page(pk)
    if page.over and request.method != "POST":
        return redirect(read_here(page))  # it says when it ended
    form = ContributionForm(
        request.POST if request.method == "POST" else None, page=page, known=people.recognised(request)
    )
    if request.method != "POST":
        return _form(request, page, form)
    if status := screening.refusal(request, form, over=page.over):
        return _form(request, page, form, status)
    payload = {
        "consultation": str(page.translation_key),
        "page": page.title,
        "written": form.written(),
    }
    return hand_in(request, form, "contribute", payload)


@require_safe
def show(request, pk):
    """A published contribution, with its voices and what becomes of it."""
    contribution, page = access.public_contribution(pk)
    return render(
        request,
        "participation/consultations/contribution.html",
        {"contribution": contribution, "consultation": page},
    )


@csrf_exempt  # the button stands on a cacheable page; where it came from is checked by screening
@never_cache
@require_POST
def vote(request, pk):
    """Votes, or takes the vote back, for who is recognised; else asks for the address."""
    contribution, page = access.public_contribution(pk)
    if not page.votes or not (page.open or page.over):
        raise Http404
    if page.over or not contribution.takes_votes:
        return too_late(request, {}, contribution.get_absolute_url())
    deed = "take_back" if "take_back" in request.POST else "vote"
    known = people.recognised(request)
    first_press = not known and "email" not in request.POST
    form = PersonForm(None if first_press else request.POST, known=known)
    status = 200 if first_press else screening.refusal(request, form)
    if status:
        context = {"form": form, "contribution": contribution, "deed": deed}
        return render(request, "participation/consultations/vote.html", context, status=status)
    payload = {"contribution": contribution.pk, "title": contribution.called}
    return hand_in(request, form, deed, payload)


def _form(request, page, form, status: int = 200):
    context = {"consultation": page, "form": form}
    return render(request, "participation/consultations/contribute.html", context, status=status)
