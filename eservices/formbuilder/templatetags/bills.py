"""What of a bill comes back, for templates."""

from django import template

from .. import bill

register = template.Library()
register.filter("deposit", bill.deposit)
register.filter("cancellation", bill.cancellation_in_words)
