"""Template tags about translations, for pages of the admin."""

from django import template

from .. import page_translations

register = template.Library()
register.filter("languages", page_translations.language_names)


@register.simple_tag(name="translations_there")
def published_translations_for(page, user):
    """Return the published translations of a page that ``user`` may unpublish (``may``) and the others (``stay``)."""
    there = page_translations.published_translations(page)
    may = page_translations.unpublishable_by(there, user)
    return {"may": may, "stay": [one for one in there if one not in may]}
