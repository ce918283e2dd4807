"""Public verification: number, date, digest and state of a document, and nothing else."""

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import access, limits
from .codes import normalise


@require_safe
@never_cache
def verify(request):
    """The form. A code in it leads to the document's own page."""
    typed = request.GET.get("code", "")[:80]
    if code := normalise(typed):
        return redirect("documents:verdict", code)
    return _page(request, typed=typed, empty="code" in request.GET)


@require_safe
@never_cache
def verdict(request, code: str):
    """What is known of the document that bears ``code``. The QR code leads here."""
    if limits.too_many(request):
        return _page(request, status=429, wait=True)
    document = access.by_code(code)
    if document is None:
        limits.count_miss(request)
        return _page(request, status=404, typed=code[:80], unknown=True)
    return _page(request, typed=document.code, document=document)


def _page(request, *, status: int = 200, **context):
    return render(request, "documents/verify.html", context, status=status)
