"""What the templates of letters need: mail programs take neither relative addresses nor style sheets."""

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
    """Rich text for HTML letters: full addresses, and the styles beside the elements."""
    return mark_safe(rendering.inline_styles(_expanded(value), colour))


@register.filter("plain_rich")
def rich_text_as_plain(value) -> str:
    """Rich text for letters in plain text."""
    return rendering.html_to_text(_expanded(value))


@register.simple_tag
def letter_picture(image, width: int) -> dict:
    """A picture as every mail program shows it, twice as wide as it is drawn: its address, width and height."""
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
    """Where a button leads, with its host; nothing while its page is not published."""
    from wagtail.models import Locale

    locale = Locale.objects.filter(language_code=context["language"]).first()
    url = link_target_url(value, locale.pk if locale else None)
    return absolute_url(url)


def _expanded(value) -> str:
    html = expand_db_html(getattr(value, "source", str(value)))
    return RELATIVE.sub(rf'\1="{settings.WAGTAILADMIN_BASE_URL.rstrip("/")}/', html)
