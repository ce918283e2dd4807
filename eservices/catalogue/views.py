"""Public views of the catalogue besides its pages."""

from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .definition.schema import published_schema


@require_safe
@cache_control(public=True, max_age=60 * 60)
def definition_schema(request):
    """Return the JSON Schema of service definitions, for their authors; readable from any site."""
    response = JsonResponse(published_schema(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Type"] = "application/schema+json"
    response["Access-Control-Allow-Origin"] = "*"
    return response
