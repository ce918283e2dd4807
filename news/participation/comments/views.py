"""Writing a comment. What was published stands below its article."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from home.links import read_here

from .. import people, screening
from ..proving.views import hand_in
from . import access
from .forms import CommentForm


@csrf_exempt  # where it came from is checked by screening: the same rule for all forms of participation
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request, pk):
    page = access.asked_article(pk)
    over = not page.takes_comments(timezone.localdate())
    if over and request.method != "POST":
        return redirect(read_here(page))  # what was said to it stands there
    form = CommentForm(request.POST if request.method == "POST" else None, known=people.recognised(request))
    status = 200 if request.method != "POST" else screening.refusal(request, form, over=over)
    if status:
        return render(
            request, "participation/comments/write.html", {"about": page, "form": form}, status=status
        )
    payload = {"article": str(page.translation_key), "title": page.title, "written": form.written()}
    return hand_in(request, form, "comment", payload)
