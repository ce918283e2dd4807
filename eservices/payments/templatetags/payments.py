"""What templates of other apps' pages say of a payment."""

from django import template

from .. import access
from ..models import Charge
from ..providers import can_be_polled, provider_label

register = template.Library()


@register.simple_tag
def last_attempt(charge: Charge) -> dict | None:
    """The last attempt to pay: ``payment``, what its means is called, and whether its provider can be asked."""
    payment = access.last_attempt(charge)
    if payment is None:
        return None
    return {"payment": payment, "provider": provider_label(payment.provider), "asks": can_be_polled(payment)}
