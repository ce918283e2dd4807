"""Rating of a request after its end: one click on the status page, and afterwards an optional sentence."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from eservices.submissions import rate_limits
from eservices.usage import access, actions

from .case_access import CaseAccess
from .forms import RatingForm, RatingTextForm
from .views import case_view, show_case


@require_http_methods(["GET", "POST"])
def rate(request, door: CaseAccess) -> HttpResponse:
    """Save the rating and ask for a sentence; with the sentence, thank on the status page."""
    if not access.may_rate(door.case, timezone.now()):
        return show_case(request, door, fault=_("This request cannot be rated now."))
    if request.method == "GET":
        saved = access.rating_of(door.case)
        return (
            _ask(request, door, RatingTextForm(initial={"rating": saved.rating}))
            if saved
            else redirect(door.url)
        )
    has_text = "text" in request.POST
    form = (RatingTextForm if has_text else RatingForm)(request.POST)
    try:
        rate_limits.ANSWER.count(str(door.case.pk))
    except rate_limits.RateLimitExceeded as often:
        form.add_error(None, often.message)
    if not form.is_valid():
        if has_text and "rating" not in form.errors:
            return _ask(request, door, form, 422)
        return show_case(request, door, fault=_("Answer with yes, partly or no."))
    actions.rate_request(actor=door.actor, case=door.case, **form.cleaned_data)
    if not has_text:
        return redirect(door.url_of("rating"))
    messages.success(request, _("Thank you. We read your answer."))
    return redirect(door.url)


def _ask(request, door: CaseAccess, form: RatingTextForm, status: int = 200) -> HttpResponse:
    context = {"door": door, "case": door.case, "form": form, "url": door.url_of("rating")}
    return render(request, "space/rating_text.html", context, status=status)


status_rating, case_rating = case_view(rate)
