"""Template tags and filters of the site. Template builtins: templates do not load them."""

import datetime as dt
import hashlib
import json
import re
from itertools import chain, count

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import Textarea
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, override
from wagtail.models import Page
from wagtail.rich_text import RichText

from eservices.accounts.email_addresses import readable_form

from ..appearance import preferences
from ..appearance.icons import svg_icon
from ..caching.site_version import cached_per_version
from ..extensions.page_footer import render_page_footer
from ..formats import social_image
from ..links import page_links
from ..localization.number_format import format_amount, format_decimal
from ..localization.phone_numbers import phone_url, telephone
from ..localization.punctuation import with_colon
from ..localization.times import (
    format_closing_time,
    format_short_datetime,
    format_time,
    iso_to_the_second,
    localized_date,
)
from ..models import CommuneSettings, Contact
from ..navigation.menus import SiteNavigation
from ..opening_hours.text import format_opening_span

register = template.Library()
LONG_PAGE = 3  # headings


register.filter("before", with_colon)
register.filter("chf", format_amount)
register.filter("digits", format_decimal)
register.filter("date", localized_date, expects_localtime=True)
register.filter("moment", iso_to_the_second, expects_localtime=True)
register.filter("clock", format_time)
register.filter("day_and_hour", format_short_datetime, expects_localtime=True)
register.filter("closing", format_closing_time)
register.filter("hours", format_opening_span)
register.filter("tel", phone_url)
register.filter("telephone", telephone)
register.simple_tag(svg_icon, name="icon")


LONG_HALF = 20  # characters of an e-mail address that fit on one line of a phone in large print


# An empty paragraph or heading: editors add them for space, but screen readers stop at them without a word.
BLANK = re.compile(r"<(p|h[2-6])\b[^>]*>(?:\s|&nbsp;|<br\s*/?>)*</\1>")


@register.filter
def site_name(address: str) -> str:
    """Return the address of a website without scheme, "www." and final slash."""
    return str(address).partition("://")[2].removeprefix("www.").rstrip("/")


@register.filter("breakable")
def break_long_email(email: str):
    """Mark where a narrow column may break an e-mail address: after its @, and a long half also before its dots.

    It is rendered as one element, because Firefox takes each part for a column of its own in a flex container.
    """
    name, at, host = readable_form(str(email)).partition("@")
    parts = [part for half in (name + at, host) if half for part in _split_at_dots(half)]
    return format_html(
        "<bdi>{}</bdi>", format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))
    )


def _split_at_dots(half: str) -> list[str]:
    return re.split(r"(?=\.)", half) if len(half) > LONG_HALF else [half]


@register.filter
def prose(value):
    """Render rich text as ``|richtext`` does, without empty paragraphs. Its links are cached per site version."""
    source = BLANK.sub("", getattr(value, "source", value) or "")
    if "linktype=" not in source:
        return mark_safe(str(RichText(source)))
    digest = hashlib.blake2b(source.encode(), digest_size=12).hexdigest()
    return cached_per_version(f"prose-{get_language()}-{digest}", lambda: mark_safe(str(RichText(source))))


@register.filter
def with_anchors(stream) -> list[tuple]:
    """Return each block with the id of its heading. The prefix "h-" keeps the ids unique on the page."""
    taken: set[str] = set()
    return [(block, _anchor(block, taken)) for block in stream]


@register.filter
def contents_of(stream) -> list[tuple]:
    """Return the headings of a page with their anchors; none if they are too few for a table of contents."""
    headings = [(block.value, anchor) for block, anchor in with_anchors(stream) if anchor]
    return headings if len(headings) >= LONG_PAGE else []


def _anchor(block, taken: set[str]) -> str:
    name = slugify(block.value) if block.block_type == "heading" else ""
    if not name:
        return ""
    free = chain([name], (f"{name}-{number}" for number in count(2)))
    taken.add(anchor := next(one for one in free if one not in taken))
    return f"h-{anchor}"


@register.simple_tag(takes_context=True, name="include_kept")
def include_cached(context, template: str, of, **more):
    """Render ``template`` as ``include`` does, cached per site version, language and day; not in previews.

    For templates that are slow and the same for everybody who sees ``of``, a page or an object shown on all pages.
    """

    def make():
        with context.push(**more):
            return mark_safe(context.template.engine.get_template(template).render(context))

    if getattr(context.get("request"), "is_preview", False) or not getattr(of, "pk", None):
        return make()
    return cached_per_version(
        f"{template}-{type(of).__name__}-{of.pk}-{get_language()}-{timezone.localdate()}", make
    )


@register.filter
def is_today(value: dt.date) -> bool:
    return value == timezone.localdate()


@register.simple_tag(takes_context=True)
def navigation(context) -> SiteNavigation:
    """Return menu, breadcrumb and languages of the current page, cached on the request."""
    return SiteNavigation.of(context.get("request"), context.get("page"))


@register.simple_tag(takes_context=True)
def reader_url(context, name: str, *arguments) -> str:
    """Return the address of a view, as ``url`` does, in the language of a reader of a page in another language."""
    reader = navigation(context).reader
    with override(reader.code if reader else get_language()):
        return reverse(name, args=arguments)


@register.simple_tag(takes_context=True)
def page_url(context, page) -> str:
    """Return the address of a page, as ``pageurl`` does, with the reader's language if the page is in another."""
    return page_links.url_in_current_language(page, context.get("request"))


@register.simple_tag(takes_context=True)
def page_foot(context):
    """Render the sections that other apps add below the current page; "" if there is no page."""
    page, request = context.get("page"), context.get("request")
    if request is None or not isinstance(page, Page) or not page.pk:
        return ""
    return mark_safe("".join(render_page_footer(request, page)))


@register.simple_tag(takes_context=True)
def look(context) -> dict[str, str]:
    """Return the visitor's preferences by name, and as ``words`` the class names of the page."""
    chosen = preferences.read_preferences(context.get("request"))
    return chosen | {"words": " ".join(preferences.as_class_names(chosen))}


@register.simple_tag(takes_context=True)
def canonical(context) -> str:
    """Return the full address of the current page or view, without query."""
    request, page = context.get("request"), context.get("page")
    if isinstance(page, Page) and page.pk:
        return page_links.full_page_url(page, request)
    return page_links.absolute_url(request.path, request) if request else ""


@register.simple_tag(takes_context=True)
def target(context, value) -> str:
    """Return the address of a link block in the page's language."""
    return page_links.link_target_url(
        value, getattr(context.get("page"), "locale_id", None), context.get("request")
    )


@register.simple_tag(takes_context=True)
def social_picture(context) -> dict | None:
    """Return the image that social networks show beside a link: its full address and size."""
    page = context.get("page")
    if not getattr(page, "pk", None) or not hasattr(page, "social_image"):
        return None
    return social_image.social_image(page, context.get("request"))


@register.simple_tag
def json_ld(data: dict):
    """Render structured data for search engines, escaped so that it cannot close the script."""
    escapes = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    text = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder).translate(escapes)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


@register.filter
def widget(field):
    """Render an input with the site's style, associated with its hint and error message."""
    kind = getattr(field.field.widget, "input_type", "")
    attributes = {} if kind == "checkbox" else {"class": "in"}
    if kind == "email":
        attributes["autocomplete"] = "email"
    if isinstance(field.field.widget, Textarea):
        attributes["rows"] = "6"
    described = [f"{field.auto_id}-h"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}-e")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attributes)


@register.simple_tag(takes_context=True)
def commune_here(context) -> CommuneSettings:
    """Return the commune's settings, also in contexts without them, such as e-mails of Wagtail."""
    return context.get("commune") or CommuneSettings.current(context.get("request"))


@register.simple_tag
def contact(pk: int | None):
    """Return the contact ``pk`` in the active language: ``{% contact page.contact_id as contact %}``."""
    return Contact.in_language(pk, get_language())
