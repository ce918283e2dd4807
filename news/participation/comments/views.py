"""View to write a comment. Published ones are shown below the article."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from home.links.page_links import url_in_current_language

from .. import participants, spam_checks
from ..email_verification.views import run_or_verify
from . import access
from .forms import CommentForm


@csrf_exempt  # ``spam_checks`` checks the origin: one rule for all forms of participation
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request, pk):
    page = access.commentable_article(pk)
    over = not page.takes_comments(timezone.localdate())
    if over and request.method != "POST":
        return redirect(url_in_current_language(page))  # the page shows its comments
    form = CommentForm(
        request.POST if request.method == "POST" else None, known=participants.recognized_address(request)
    )
    status = 200 if request.method != "POST" else spam_checks.rejection_status(request, form, over=over)
    if status:
        return render(
            request, "news/participation/comments/write.html", {"about": page, "form": form}, status=status
        )
    payload = {"article": str(page.translation_key), "title": page.title, "written": form.written()}
    return run_or_verify(request, form, "comment", payload)
