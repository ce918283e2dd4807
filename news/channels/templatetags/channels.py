"""What the admin's own pages say of channels."""

from django import template

from ..taking_back import consequences

register = template.Library()
register.simple_tag(consequences)
