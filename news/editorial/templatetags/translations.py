"""What the admin's own pages say of translations."""

from django import template

from .. import page_translations

register = template.Library()
register.filter("languages", page_translations.language_names)


@register.simple_tag(name="translations_there")
def published_translations_for(page, user):
    """The published translations of a page: those that ``may`` go with it, and those that ``stay``."""
    there = page_translations.published_translations(page)
    may = page_translations.unpublishable_by(there, user)
    return {"may": may, "stay": [one for one in there if one not in may]}
