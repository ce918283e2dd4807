"""What the admin's own pages say of translations."""

from django import template

from .. import translating

register = template.Library()


@register.inclusion_tag("editing/translations_go.html")
def translations_go(page, user):
    """Asks whether the published translations of a page go with it."""
    there = translating.published_translations(page)
    may = translating.may_go(there, user)
    stay = [one for one in there if one not in may]
    return {"may": translating.languages(may), "stay": translating.languages(stay)}
