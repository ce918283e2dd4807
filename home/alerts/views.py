"""The calm page: what holds now, and what held."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import showing


@require_safe
def overview(request):
    context = {"current": showing.current(request), "past": showing.past(request)}
    return render(request, "home/alerts/overview.html", context)
