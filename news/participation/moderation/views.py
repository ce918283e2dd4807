"""What somebody wrote, by the link of their letter: how it stands, and the way to take it back."""

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from . import access, actions


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request, kind, secret):
    """GET shows it; POST erases it."""
    written = access.own_written(kind, secret)
    if request.method != "POST":
        return render(request, "news/participation/own.html", {"written": written})
    actions.erase_written(written=written)
    return redirect("participation:erased")


@require_safe
def erased(request):
    return render(request, "news/participation/erased.html")
