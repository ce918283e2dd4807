"""Template tags that link views of the admin to guide chapters."""

from django import template

from eservices.cases.access import is_agent

from ..guide.help_links import help_url_for

register = template.Library()
register.filter("treats_cases", is_agent)


@register.simple_tag(takes_context=True, name="help_address")
def help_url(context) -> str:
    """Return the address of help for the current view; "" if no chapter is about it.

    Headers are included without the surrounding variables, so the request is taken from the context object.
    """
    match = getattr(getattr(context, "request", None), "resolver_match", None)
    return help_url_for(match) if match else ""
