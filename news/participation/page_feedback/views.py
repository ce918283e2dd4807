"""Views of the feedback box below pages. It needs no CSRF token and no session, so that pages can be cached."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from home.links.page_links import url_in_current_language
from home.web import rate_limits
from home.web.public_forms import rejection_status

from . import access, actions
from .forms import ANSWERS, FeedbackForm

PER_CLIENT = rate_limits.RateLimit(
    "useful-client", 120
)  # an office or a school may share one network address


@csrf_exempt  # the form is on cacheable pages; its origin is checked below
@never_cache
@require_POST
def submit_feedback(request):
    """Save a yes or a no and redirect to the question for a text; with a text, to the thanks."""
    form = FeedbackForm(request.POST)
    if form.errors.keys() & {"page", "useful"}:
        raise Http404
    page = access.open_page(form.cleaned_data["page"])
    too_often = _("Too many messages were sent from here. Try again in an hour.")
    if status := rejection_status(request, form, PER_CLIENT.allows_client, too_often):
        return _more(request, page, form, status)
    useful, text = form.cleaned_data["useful"], form.cleaned_data["text"]
    if not form.is_trapped:
        actions.submit_feedback(page=page, useful=useful, text=text, who=_who(request))
    if "text" in request.POST and not text:
        return redirect(url_in_current_language(page))  # the visitor was thanked for the yes or no already
    chosen = {"page": page.pk, "useful": "yes" if useful else "no"} | ({"done": "1"} if text else {})
    return redirect(f"{reverse('participation:useful_thanks')}?{urlencode(chosen)}")


@never_cache
@require_safe
def thanks(request):
    """Show the thanks and, before a text was sent, the question what was missing."""
    answer, number = request.GET.get("useful", ""), request.GET.get("page", "")
    if answer not in ANSWERS or not (number.isascii() and number.isdigit() and len(number) < 11):
        raise Http404
    page = access.open_page(int(number))
    if "done" in request.GET:
        return render(request, "news/participation/page_feedback/done.html", {"about": page})
    return _more(request, page, FeedbackForm(initial={"page": page.pk, "useful": answer}))


def _more(request, page, form: FeedbackForm, status: int = 200):
    answer = form["useful"].value()
    context = {"about": page, "form": form, "answer": answer if answer in ANSWERS else "yes"}
    return render(request, "news/participation/page_feedback/more.html", context, status=status)


def _who(request) -> str:
    """Return what distinguishes persons for a day: network address and browser. Neither is stored."""
    return f"{rate_limits.client_address(request)} {request.headers.get('User-Agent', '')}"
