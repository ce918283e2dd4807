"""View to answer a survey. Wagtail serves its page with the results."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from home.links.page_links import url_in_current_language

from .. import participants, spam_checks
from ..email_verification.views import run_or_verify
from . import access, actions
from .forms import SurveyForm


@csrf_exempt  # ``spam_checks`` checks the origin: one rule for all forms of participation
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_survey(request, pk):
    """Take the answers to a survey; with the address, if only one answer is allowed per person."""
    page = access.open_survey(pk)
    if page.over and request.method != "POST":
        return redirect(url_in_current_language(page))  # the page shows when it ended
    form = SurveyForm(
        request.POST if request.method == "POST" else None,
        page=page,
        known=participants.recognized_address(request) if page.once else "",
    )
    status = 200 if request.method != "POST" else spam_checks.rejection_status(request, form, over=page.over)
    if status:
        return render(
            request, "news/participation/surveys/answer.html", {"survey": page, "form": form}, status=status
        )
    if page.once:
        payload = {"survey": str(page.translation_key), "title": page.title, "said": form.answers()}
        return run_or_verify(request, form, "survey", payload)
    if not form.is_trapped:
        actions.submit_answers(page=page, said=form.answers())
    thanks = urlencode({"done": "answered", "to": url_in_current_language(page)})
    return redirect(f"{reverse('participation:thanks')}?{thanks}")
