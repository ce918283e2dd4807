"""Template tag for the alerts above a page."""

from django import template

from .. import current

register = template.Library()


@register.simple_tag(takes_context=True)
def alerts_here(context) -> list:
    """Return the alerts of the current page: ``{% alerts_here as alerts %}``."""
    request = context.get("request")
    return current.alerts_on_page(request, context.get("page")) if request else []
