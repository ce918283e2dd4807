"""E-mails about answers of connected systems, to whoever looks after them."""

from django.conf import settings
from django.urls import reverse

from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from home.links.page_links import absolute_url

from .models import Transmission


def send_answer_alert(transmission: Transmission) -> Delivery:
    """Alert the address of a system that it refused, asked back or stayed silent. Names the reference only."""
    case = transmission.case
    return queue_email(
        to=transmission.system.told,
        template="connectors/transmissions/emails/answer",
        context={
            "system": transmission.system.name,
            "reference": case.reference,
            "state": transmission.state,
            "url": absolute_url(reverse("cases:case", args=[case.reference])),
        },
        language=settings.LANGUAGE_CODE,
        subject=case.subject,
        rehearsal=case.rehearsal,
    )
