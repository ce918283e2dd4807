"""Words of the site's templates."""

from django import template

register = template.Library()
