"""What the templates of letters need: mail programs take neither relative addresses nor style sheets."""

import re

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe
from wagtail.rich_text import expand_db_html

from home.links import absolute, target

from .. import rendering

register = template.Library()
RELATIVE = re.compile(r'(href|src)="/(?!/)')


@register.filter
def inline_rich(value, colour: str) -> str:
    """Rich text for HTML letters: full addresses, and the styles beside the elements."""
    return mark_safe(rendering.inline(_expanded(value), colour))


@register.filter
def plain_rich(value) -> str:
    """Rich text for letters in plain text."""
    return rendering.plain(_expanded(value))


@register.simple_tag
def letter_picture(image, width: int) -> dict:
    """A picture as every mail program shows it, twice as wide as it is drawn: its address, width and height."""
    if image is None:
        return {}
    rendition = image.get_rendition(f"max-{width * 2}x{width * 2}|format-jpeg|jpegquality-72|bgcolor-fcfaf6")
    url = rendition.url
    return {
        "url": absolute(url),
        "width": width,
        "height": round(width * rendition.height / rendition.width),
    }


@register.simple_tag(takes_context=True)
def letter_target(context, value) -> str:
    """Where a button leads, with its host; nothing while its page is not published."""
    from wagtail.models import Locale

    locale = Locale.objects.filter(language_code=context["language"]).first()
    url = target(value, locale.pk if locale else None)
    return absolute(url)


def _expanded(value) -> str:
    html = expand_db_html(getattr(value, "source", str(value)))
    return RELATIVE.sub(rf'\1="{settings.WAGTAILADMIN_BASE_URL.rstrip("/")}/', html)
