"""Words of the site's templates. Built in: no template needs to load them."""

import datetime as dt
import hashlib
import json
import re
from functools import cache
from itertools import chain, count

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import Textarea
from django.template import defaultfilters
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.rich_text import RichText

from eservices.accounts.email_addresses import readable_form
from home import links, phones, social
from home.dates import date_format
from home.generation import kept
from home.hours import Span
from home.looks import choices
from home.marks import before
from home.models import CommuneSettings, Contact
from home.navigation import SiteNavigation
from home.page_foot import foot_of

register = template.Library()
register.filter(before)

LONG_HALF = 20  # signs of an e-mail address that large print sets in one line on a telephone
NARROW = "\N{NARROW NO-BREAK SPACE}"
# A paragraph or heading that says nothing: pressed to make room, and a stop without a word to who listens.
BLANK = re.compile(r"<(p|h[2-6])\b[^>]*>(?:\s|&nbsp;|<br\s*/?>)*</\1>")


@register.simple_tag
@cache  # a list of cases draws a hundred of the same few
def icon(name: str):
    """The icon ``name`` of the sprite, for the eye only: the word beside it says the same."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("img/icons.svg"), name
    )


@register.filter
def chf(minor: int | None, currency: str = "") -> str:
    """An amount in minor units as written on a price tag: 1500 is “CHF 15.–”; in ``currency`` where it is another."""
    if minor is None:
        return ""
    whole, cents = divmod(abs(int(minor)), 100)
    grouped = f"{whole:,}".replace(",", NARROW)
    sign = "−" if int(minor) < 0 else ""
    return (
        f"{currency or settings.CURRENCY}\N{NO-BREAK SPACE}{sign}{grouped}.{f'{cents:02}' if cents else '–'}"
    )


@register.filter
def digits(number: str) -> str:
    """A number kept as text, as the language at hand writes it: “8.1” is “8,1” in French."""
    return number_format(number, use_l10n=True)


@register.filter(expects_localtime=True)
def date(value: dt.date | None, pattern: str = "DATE_FORMAT") -> str:
    """Django's filter of that name, with the first of a month as the language writes it."""
    if not value:
        return ""
    return date_format(value, pattern) if hasattr(value, "day") else defaultfilters.date(value, pattern)


@register.filter(expects_localtime=True)
def moment(value: dt.datetime | None) -> str:
    """A moment as machines read it, to the second: HTML knows nothing finer than thousandths."""
    return value.isoformat(timespec="seconds") if value else ""


@register.filter
def clock(value: dt.time) -> str:
    """An hour as the language at hand writes it: “8 h 30” in French, “8.30” in German, “8:30” in English."""
    # Translators: an hour of the day on the full hour; {hour} is a number, as in “8:00”.
    full = _("{hour}:00")
    # Translators: an hour of the day with minutes, as in “8:30”.
    part = _("{hour}:{minute}")
    return _hour(value, full, part)


@register.filter(expects_localtime=True)
def day_and_hour(value: dt.datetime | None) -> str:
    """A moment in short, as a list of many has it: “26.11.2026, 8 h 30”."""
    return f"{date_format(value, 'j.m.Y')}, {clock(value)}" if value else ""


@register.filter
def closing(value: dt.time | None) -> str:
    """The same of when something closes: midnight is the end of its day, “24 h”."""
    return clock(value).replace("0", "24", 1) if value == dt.time() else clock(value)


@register.filter
def hours(span: Span) -> str:
    """From when to when: “8 h – 11 h 30” in French, “8–11.30 Uhr” in German."""
    # Translators: when something opens, with the dash before when it closes: “8:00–” of “8:00–11:30”.
    full = _("{hour}:00–")
    # Translators: the same with minutes: “8:30–” of “8:30–11:30”.
    part = _("{hour}:{minute}–")
    return _hour(span.opens, full, part) + closing(span.closes)


def _hour(value: dt.time | None, full: str, part: str) -> str:
    if value is None:
        return ""
    moment = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    text = part if moment.minute else full
    return text.format(hour=moment.hour, minute=f"{moment.minute:02}")


@register.filter
def tel(number: str) -> str:
    """A telephone number as an address to call: spaces out, the country's prefix in front."""
    digits = "".join(sign for sign in str(number or "") if sign.isdigit() or sign == "+")
    prefix = {"CH": "+41", "FR": "+33", "BE": "+32", "LU": "+352"}.get(settings.COUNTRY, "")
    long_enough = len(digits) > 6 and digits.startswith("0") and not digits.startswith("00")
    return f"tel:{prefix}{digits[1:]}" if prefix and long_enough else f"tel:{digits}"


@register.filter
def telephone(number: str) -> str:
    """A telephone number as people read it."""
    return phones.readable(number)


@register.filter
def site_name(address: str) -> str:
    """The address of a website as people say it: without scheme and final slash."""
    return str(address).partition("://")[2].removeprefix("www.").rstrip("/")


@register.filter
def breakable(email: str):
    """An e-mail address that a narrow column breaks after its @, and a long half before its dots, rather than within a
    word. It is one element: in a row of flexible ones Firefox takes each part for a column of its own."""
    name, at, host = readable_form(str(email)).partition("@")
    parts = [part for half in (name + at, host) if half for part in _dotted(half)]
    return format_html(
        "<bdi>{}</bdi>", format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))
    )


def _dotted(half: str) -> list[str]:
    return re.split(r"(?=\.)", half) if len(half) > LONG_HALF else [half]


@register.filter
def prose(value):
    """Rich text as ``|richtext`` renders it, without what is blank; its links are looked up once per generation."""
    source = BLANK.sub("", getattr(value, "source", value) or "")
    if "linktype=" not in source:
        return mark_safe(str(RichText(source)))
    digest = hashlib.blake2b(source.encode(), digest_size=12).hexdigest()
    return kept(f"prose-{get_language()}-{digest}", lambda: mark_safe(str(RichText(source))))


@register.filter
def with_anchors(stream) -> list[tuple]:
    """Each block of a page with the id of its heading, which nothing else on the page has: not even the menu."""
    taken: set[str] = set()
    return [(block, _anchor(block, taken)) for block in stream]


def _anchor(block, taken: set[str]) -> str:
    name = slugify(block.value) if block.block_type == "heading" else ""
    if not name:
        return ""
    free = chain([name], (f"{name}-{number}" for number in count(2)))
    taken.add(anchor := next(one for one in free if one not in taken))
    return f"h-{anchor}"


@register.simple_tag(takes_context=True)
def include_kept(context, template: str, of, **more):
    """``template`` as ``include`` renders it, made once per generation, language and day; of a draft each time.

    For what is long to make and the same for all who see ``of``: a page, or what stands around all.
    """

    def make():
        with context.push(**more):
            return mark_safe(context.template.engine.get_template(template).render(context))

    if getattr(context.get("request"), "is_preview", False) or not getattr(of, "pk", None):
        return make()
    return kept(f"{template}-{type(of).__name__}-{of.pk}-{get_language()}-{timezone.localdate()}", make)


@register.filter
def is_today(value: dt.date) -> bool:
    return value == timezone.localdate()


@register.simple_tag(takes_context=True)
def navigation(context) -> SiteNavigation:
    """Menu, breadcrumb and languages of the page at hand, asked once per request."""
    return SiteNavigation.of(context.get("request"), context.get("page"))


@register.simple_tag(takes_context=True)
def reader_url(context, name: str, *arguments) -> str:
    """The address of a view as ``url`` has it, in the language of a reader who was led to a page in another one."""
    reader = navigation(context).reader
    with override(reader.code if reader else get_language()):
        return reverse(name, args=arguments)


@register.simple_tag(takes_context=True)
def page_url(context, page) -> str:
    """The address of a page as ``pageurl`` has it; of one in another language than that at hand, it says so there."""
    return links.read_here(page, context.get("request"))


@register.simple_tag(takes_context=True)
def page_foot(context):
    """What the apps above put below the page at hand; nothing where what is shown is no page."""
    page, request = context.get("page"), context.get("request")
    if request is None or not isinstance(page, Page) or not page.pk:
        return ""
    return mark_safe("".join(foot_of(request, page)))


@register.simple_tag(takes_context=True)
def look(context) -> dict[str, str]:
    """How the reader wants the site, by choice, and ``words``: the class of the page."""
    chosen = choices.chosen(context.get("request"))
    return chosen | {"words": " ".join(choices.words(chosen))}


@register.simple_tag(takes_context=True)
def canonical(context) -> str:
    """The one address of what is shown, without query."""
    request, page = context.get("request"), context.get("page")
    if isinstance(page, Page) and page.pk:
        return links.full_address(page, request)
    return links.absolute(request.path, request) if request else ""


@register.simple_tag(takes_context=True)
def target(context, value) -> str:
    """Where a link block leads, in the page's language."""
    return links.target(value, getattr(context.get("page"), "locale_id", None), context.get("request"))


@register.simple_tag(takes_context=True)
def social_picture(context) -> dict | None:
    """The picture that social networks show beside a link to the page: its full address and size."""
    page = context.get("page")
    if not getattr(page, "pk", None) or not hasattr(page, "social_image"):
        return None
    return social.picture(page, context.get("request"))


@register.simple_tag
def json_ld(data: dict):
    """Structured data for search engines; nothing in it can close the script."""
    escapes = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    text = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder).translate(escapes)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))


@register.filter
def widget(field):
    """An input with the site's look, tied to its hint and its message."""
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
    """The commune's settings also where nobody gave them: in letters that Wagtail writes."""
    return context.get("commune") or CommuneSettings.current(context.get("request"))


@register.simple_tag
def contact(pk: int | None):
    """The contact of that key in the language at hand: ``{% contact page.contact_id as contact %}``."""
    return Contact.shown(pk, get_language())
