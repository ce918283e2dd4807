"""Views of a text for its author, by the link in an e-mail: its state, and erasing it."""

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from . import access, actions


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request, kind, secret):
    """Show the text on GET; erase it on POST."""
    written = access.own_written(kind, secret)
    if request.method != "POST":
        return render(request, "news/participation/own.html", {"written": written})
    actions.erase_written(written=written)
    return redirect("participation:erased")


@require_safe
def erased(request):
    return render(request, "news/participation/erased.html")
