"""Values of our pages, made of an object of an old site."""

import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime

from bs4 import BeautifulSoup
from dateutil import parser
from django.utils import timezone
from django.utils.text import Truncator
from wagtail.models import Page

from home.localization.slugs import slugify_title
from home.models import ContentPage, SectionPage
from home.models.base import BasePage
from home.text.cleaning import strip_control_characters
from news.agenda.models import EventPage
from news.articles.models import NewsCategory, NewsPage

from .body_conversion import ConvertedBody, convert_body
from .old_addresses import last_segment
from .source_objects import ARTICLE, EVENT, IMAGE, SourceObject
from .targets import TargetIndex

MOST_TITLE, MOST_LEAD, MOST_SLUG = 255, 400, 80
DEFAULTS = datetime(2000, 1, 1), datetime(2004, 2, 2)  # fill what a text does not name


@dataclass
class PageValues:
    """The content that an import writes into a page: plain values by field, and the blocks of its body."""

    fields: dict = field(default_factory=dict)
    blocks: list[dict] = field(default_factory=list)
    category: str = ""
    remarks: list[list] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """A digest that changes if the values do."""
        content = json.dumps([self.fields, self.blocks, self.category], sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()


def read_values(found: SourceObject, index: TargetIndex, hosts: set[str] | None = None) -> PageValues:
    """Return the values of a page, with remarks on all that is lost."""
    title = _plain(found.title) or _plain(last_segment(found.address).replace("-", " ")).capitalize()
    body = convert_body(
        found.body, base=found.address, title=title, resolve=index.resolve, hosts=hosts or index.hosts
    )
    lead = _plain(found.summary)
    values = PageValues(
        {"title": Truncator(title).chars(MOST_TITLE), "lead": Truncator(lead).chars(MOST_LEAD)}, body.blocks
    )
    untitled = [] if _plain(found.title) else [["untitled", {}]]
    values.remarks = [*found.remarks, *untitled, *body.remarks]
    for name, text, most in (("title", title, MOST_TITLE), ("lead", lead, MOST_LEAD)):
        if len(text) > most:
            values.remarks.append(["shortened", {"field": name}])
    if found.picture:
        _add_picture(values, found, index)
    if found.kind == ARTICLE:
        _add_article_values(values, found)
    elif found.kind == EVENT:
        _add_event_values(values, found)
    return values


def referenced_files(found: SourceObject, hosts: set[str]) -> ConvertedBody:
    """Return the pictures and documents that an object refers to."""
    body = convert_body(
        found.body, base=found.address, title=found.title, resolve=lambda _kind, _address: None, hosts=hosts
    )
    if found.picture:
        body.pictures.setdefault(found.picture, (found.alt, found.caption))
    return body


def _add_picture(values: PageValues, found: SourceObject, index: TargetIndex) -> None:
    """Place the picture of a page at its top; one without a description goes into the text, where it may lack one."""
    key = index.resolve(IMAGE, found.picture)
    if key is None:
        values.remarks.append(["picture_lost", {"address": Truncator(found.picture).chars(200)}])
    elif any(block["value"].get("image") == key for block in values.blocks[:2] if block["type"] == "picture"):
        pass  # it is at the top of the text already
    elif found.alt and found.kind in (ARTICLE, EVENT):
        values.fields |= {
            "picture_id": key,
            "picture_alt": found.alt[:255],
            "picture_caption": found.caption[:255],
        }
    else:
        value = {"image": key, "alt": found.alt[:250], "caption": found.caption[:200]}
        values.blocks.insert(0, {"type": "picture", "value": value})
        if not found.alt:
            values.remarks.append(["rule:no_alt", {"picture": found.picture.rpartition("/")[2]}])


def _add_article_values(values: PageValues, found: SourceObject) -> None:
    values.fields["author"] = found.author[:120]
    if day := parse_day(found.date):
        values.fields["date"] = day  # without one, a new article has that of its creation
    names = [one for one in map(_plain, found.categories) if one]
    values.category = names[0][:60] if names else ""
    if names[1:]:
        values.remarks.append(["more_categories", {"names": ", ".join(names[1:])[:200]}])


def _add_event_values(values: PageValues, found: SourceObject) -> None:
    start, end = parse_moment(found.start), parse_moment(found.end)
    values.fields |= {"start": start, "end": end if start and end and end > start else None}
    values.fields["place"] = _plain(found.place)[:120]
    if not values.fields["place"]:
        values.remarks.append(["default_place", {}])


def new_page(found: SourceObject, values: PageValues, has_pages_below: bool) -> BasePage:
    """Return a page of the fitting type, not yet in the tree."""
    kinds = {ARTICLE: NewsPage, EVENT: EventPage}
    kind = kinds.get(found.kind, SectionPage if has_pages_below else ContentPage)
    return kind(live=False, has_unpublished_changes=True, slug=_slug(found, values))


def apply_values(page: Page, values: PageValues, *, with_blocks: bool) -> None:
    """Write the values into a page in memory."""
    for name, value in values.fields.items():
        if hasattr(page, name) or name.endswith("_id"):
            setattr(page, name, value)
    page.draft_title = page.title
    if isinstance(page, NewsPage):
        page.category = category_for(values.category, page.locale)
    if with_blocks:
        page.body = page._meta.get_field("body").stream_block.to_python(deepcopy(values.blocks))


def category_for(name: str, locale) -> NewsCategory:
    """Return the category of news with this name, created if it is missing; the first one for no name."""
    found = NewsCategory.objects.filter(locale=locale).order_by("order", "pk")
    if not name:
        return found.first() or category_for("Actualités" if locale.language_code == "fr" else "News", locale)
    slug = slugify_title(name)[:60] or "news"
    named = next((one for one in found if one.slug == slug or one.name.casefold() == name.casefold()), None)
    return named or NewsCategory.objects.create(name=name, slug=slug, locale=locale, order=found.count())


def knows_category(name: str, locale) -> bool:
    slug = slugify_title(name)[:60]
    found = NewsCategory.objects.filter(locale=locale).values_list("slug", "name")
    return any(slug == one or name.casefold() == named.casefold() for one, named in found)


def parse_day(text: str) -> date | None:
    moment = parse_moment(text)
    return timezone.localdate(moment) if moment else None


def parse_moment(text: str) -> datetime | None:
    """Parse a time as sources write it: ISO 8601, ``31.12.2026 20:00``, or seconds since 1970."""
    text = text.strip()
    if not text:
        return None
    try:
        if text.isdecimal() and len(text) > 8:
            return datetime.fromtimestamp(int(text), tz=timezone.get_current_timezone())
        moment = _parsed_moment(text)
        if moment is None or not 1900 <= moment.year <= 2200:
            return None
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    except (ValueError, OverflowError, OSError):
        return None


def _parsed_moment(text: str) -> datetime | None:
    """Return the time that a text names; None if its day, month or year is missing, which would be made up."""
    if text[:4].isdecimal():
        return parser.isoparse(text) if len(text) >= len("20261231") else None
    first, second = (parser.parse(text, dayfirst=True, default=one) for one in DEFAULTS)
    return first if first.date() == second.date() else None


def _slug(found: SourceObject, values: PageValues) -> str:
    given = last_segment(found.address)
    slug = slugify_title(given)[:MOST_SLUG] if not given.isdecimal() else ""
    return slug or slugify_title(values.fields["title"])[:MOST_SLUG].strip("-") or found.kind


def _plain(text: str) -> str:
    """Return a text without markup, in one line."""
    if "<" in text or "&" in text:
        text = BeautifulSoup(text, "html.parser").get_text(" ")
    return " ".join(strip_control_characters(text).split())
