"""Page of the current and past alerts."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import current


@require_safe
def overview(request):
    context = {"current": current.current_alerts(request), "past": current.past_alerts(request)}
    return render(request, "home/alerts/overview.html", context)
