"""Completion of addresses while somebody types. It shows what is on every street sign."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from home.web.rate_limits import RateLimit

from .addresses.completion import complete_number, complete_street, is_completed
from .addresses.streets import streets_of

COMPLETIONS = RateLimit("address-completion", 6_000)  # by client: a library with one connection
MAX_LENGTH = 100
SECONDS = 300


@require_safe
def addresses(request: HttpRequest, table: str) -> HttpResponse:
    """Return streets for ``q``, or the numbers of ``street`` that begin with ``q``; none of a table not in use."""
    typed = {name: request.GET.get(name, "")[:MAX_LENGTH] for name in ("q", "street", "postcode")}
    if not COMPLETIONS.allows_client(request):
        return HttpResponse(status=429)
    if not is_completed(table):
        return JsonResponse({"found": []})
    streets = streets_of(table)
    if typed["street"]:
        found = complete_number(streets, typed["street"], typed["postcode"], typed["q"])
    else:
        found = complete_street(streets, typed["q"])
    response = JsonResponse({"found": found})
    patch_cache_control(response, public=True, max_age=SECONDS)  # not the refusal above
    return response
