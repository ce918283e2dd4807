"""Template tags about payments, for pages of other apps."""

from django import template

from .. import access
from ..models import Charge
from ..providers import can_be_polled, provider_label

register = template.Library()


@register.simple_tag
def last_attempt(charge: Charge) -> dict | None:
    """Return the newest payment of a charge, its provider's label, and whether it can be polled; None without one."""
    payment = access.last_attempt(charge)
    if payment is None:
        return None
    return {"payment": payment, "provider": provider_label(payment.provider), "asks": can_be_polled(payment)}
