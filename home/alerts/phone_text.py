"""Frame of an alert's SMS: the name of the commune before it, the link to the alerts after it."""

from django.conf import settings
from django.urls import reverse

from ..formats import sms
from ..links.page_links import absolute_url


def as_sms(text: str) -> str:
    """Return the text with the name of the commune before it and the address of the alerts below it.

    In the active language. A name or address that the editor already wrote is not repeated.
    """
    commune, link = settings.WAGTAIL_SITE_NAME, absolute_url(reverse("home:alerts"))
    if commune.casefold() not in text.casefold():
        text = f"{commune}: {text}"
    if link not in text:
        text = f"{text}\n{link}"
    return sms.to_sms_text(text)
