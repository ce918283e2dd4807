"""View that counts visits. It reads no cookie, sets none, and needs no session."""

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from home.web import rate_limits
from home.web.same_origin import is_same_origin

from . import access, actions
from .visitors import is_countable, visit_digest

PER_CLIENT = rate_limits.RateLimit("visit-client", 600)  # an office may share one network address


@csrf_exempt  # cacheable pages have no token; the origin is checked
@never_cache
@require_POST
def count_visit(request, page_id: int):
    """Count a visit of a page. What is not counted gets the same answer."""
    countable = is_same_origin(request) and is_countable(request)
    if countable and PER_CLIENT.allows_client(request) and (digest := visit_digest(request, page_id)):
        page = access.counted_page(page_id)
        actions.count_visit(page=page, language=get_language(), digest=digest)
    return HttpResponse(status=204)
