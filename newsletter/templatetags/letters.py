"""Template tags of e-mails: mail programs accept neither relative addresses nor style sheets."""

import re

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe
from wagtail.rich_text import expand_db_html

from home.links.page_links import absolute_url, link_target_url

from ..letters import rendering

register = template.Library()
RELATIVE = re.compile(r'(href|src)="/(?!/)')


@register.filter("inline_rich")
def rich_text_for_email(value, colour: str) -> str:
    """Return rich text for HTML e-mails, with absolute addresses and inline styles."""
    return mark_safe(rendering.inline_styles(_expanded(value), colour))


@register.filter("plain_rich")
def rich_text_as_plain(value) -> str:
    """Return rich text for plain-text e-mails."""
    return rendering.html_to_text(_expanded(value))


@register.simple_tag
def letter_picture(image, width: int) -> dict:
    """Return address, width and height of a picture for e-mails.

    The file is a JPEG, which every mail program shows, twice as wide as displayed.
    """
    if image is None:
        return {}
    rendition = image.get_rendition(f"max-{width * 2}x{width * 2}|format-jpeg|jpegquality-72|bgcolor-fcfaf6")
    url = rendition.url
    return {
        "url": absolute_url(url),
        "width": width,
        "height": round(width * rendition.height / rendition.width),
    }


@register.simple_tag(takes_context=True)
def letter_target(context, value) -> str:
    """Return the absolute address of a button; "" if its page is not published."""
    from wagtail.models import Locale

    locale = Locale.objects.filter(language_code=context["language"]).first()
    url = link_target_url(value, locale.pk if locale else None)
    return absolute_url(url)


def _expanded(value) -> str:
    html = expand_db_html(getattr(value, "source", str(value)))
    return RELATIVE.sub(rf'\1="{settings.WAGTAILADMIN_BASE_URL.rstrip("/")}/', html)
