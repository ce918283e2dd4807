"""Template filters for the refundable part of fee lines."""

from django import template

from .. import fee_breakdown

register = template.Library()
register.filter("deposit", fee_breakdown.deposit)
register.filter("cancellation", fee_breakdown.cancellation_in_words)
