"""The way from a screen of the admin to its chapter of the guide."""

from django import template

from eservices.cases.access import is_agent

from ..guide.help_links import help_url_for

register = template.Library()
register.filter("treats_cases", is_agent)


@register.simple_tag(takes_context=True, name="help_address")
def help_url(context) -> str:
    """Where help for the screen at hand stands; nothing where no chapter is about it.

    Headers are included without the variables around them: the request is asked of the context itself.
    """
    match = getattr(getattr(context, "request", None), "resolver_match", None)
    return help_url_for(match) if match else ""
