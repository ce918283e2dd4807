"""What the admin's own pages say of translations."""

from django import template

from .. import translating

register = template.Library()
register.filter(translating.languages)


@register.simple_tag
def translations_there(page, user):
    """The published translations of a page: those that ``may`` go with it, and those that ``stay``."""
    there = translating.published_translations(page)
    may = translating.may_go(there, user)
    return {"may": may, "stay": [one for one in there if one not in may]}
