"""Template tags about channels, for pages of the admin."""

from django import template

from ..unpublish_warning import unpublish_consequences

register = template.Library()
register.simple_tag(unpublish_consequences, name="consequences")
