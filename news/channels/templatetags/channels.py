"""What the admin's own pages say of channels."""

from django import template

from ..unpublish_warning import unpublish_consequences

register = template.Library()
register.simple_tag(unpublish_consequences, name="consequences")
