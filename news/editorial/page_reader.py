"""Reader of a page, a draft or published, into the content for the rules."""

from collections import defaultdict
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import override
from wagtail import blocks
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText
from wagtail.snippets.blocks import SnippetChooserBlock

from home.blocks.content import ContentBlocks
from home.blocks.media import VideoValue
from home.blocks.text import HeadingBlock, TableBlock
from home.fields import LiveStreamField
from home.models import BasePage, Contact, HomePage, Person
from home.text.cleaning import is_wrapped

from . import access
from .content_checks.page_content import Heading, Link, PageContent, Picture, TextPassage
from .models import ExternalLink, ReviewPlan

MIN_IMAGE_WIDTH = 800  # pixels; a narrower picture looks blurred on today's phones
MIN_IMAGE_WIDTHS = {"panorama": 1600, "share_image": 1200}
CONTACT_FIELDS = ("phone", "email", "contact")
SCHEMES = ("http", "https")


def read_page(page: Page) -> PageContent:
    """Return the content of a page for the rules."""
    reader = _Reader()
    for field in page._meta.get_fields():
        if getattr(field, "concrete", False):
            reader.field(page, field)
    return PageContent(
        language=page.locale.language_code,
        title=page.title,
        lead=getattr(page, "lead", ""),
        description=page.search_description,
        wants_lead=hasattr(page, "lead") and not isinstance(page, HomePage),
        wants_contact=getattr(page, "needs_contact", False),
        has_contact=reader.has_contact or any(getattr(page, name, None) for name in CONTACT_FIELDS),
        has_owner=_is_looked_after(page),
        draft_above=_draft_above(page),
        problems=tuple(page.publish_problems()) if isinstance(page, BasePage) else (),
        taken_address=_taken_address(page),
        pictures=reader.pictures,
        headings=reader.headings,
        passages=reader.passages,
        links=_with_states(reader.links),
        missing_languages=_missing_languages(page),
    )


def external_urls(content: PageContent) -> set[str]:
    """Return the external addresses that the page links to."""
    return {link.target for link in content.links if link.state != Link.GONE and _elsewhere(link.target)}


class _Reader:
    """Walks through fields and blocks in their order.

    Links are collected with their targets, whose states are then read together.
    """

    def __init__(self):
        self.pictures: list[Picture] = []
        self.headings: list[Heading] = []
        self.passages: list[TextPassage] = []
        self.links: list[tuple[Link, str, int | None]] = []
        self.has_contact = False

    def field(self, page: Page, field) -> None:
        if isinstance(field, StreamField) and _is_shown(field):
            stream = getattr(page, field.name)
            self.block(stream.stream_block, stream, field.name)
        elif isinstance(field, RichTextField):
            self.rich_text(getattr(page, field.name), field.name)
        elif field.related_model is get_image_model() and getattr(page, f"{field.name}_id"):
            self.picture_field(page, field.name)

    def picture_field(self, page: Page, name: str) -> None:
        picture, alt = getattr(page, name), f"{name}_alt"
        asked = hasattr(page, alt)
        said = (getattr(page, alt) or _described(page, picture)) if asked else None
        self.picture(alt if asked else name, picture, said, MIN_IMAGE_WIDTHS.get(name, MIN_IMAGE_WIDTH))

    def picture(self, path: str, picture, alt: str | None, least: int = MIN_IMAGE_WIDTH) -> None:
        self.pictures.append(Picture(path, picture.title, alt, picture.width, least))

    def block(self, block: blocks.Block, value, path: str) -> None:
        if isinstance(block, blocks.StreamBlock):
            for child in value:
                self.block(child.block, child.value, f"{path}.{child.id}")
        elif isinstance(block, blocks.ListBlock):
            for child in value.bound_blocks:
                self.block(child.block, child.value, f"{path}.{child.id}")
        elif isinstance(block, blocks.StructBlock):
            self.struct(block, value, path)
        elif isinstance(block, blocks.RichTextBlock):
            self.rich_text(value.source if isinstance(value, RichText) else "", path)
        elif isinstance(block, HeadingBlock):
            self.headings.append(Heading(path, 2, value or ""))
        elif isinstance(block, blocks.TextBlock):
            self.passages += [TextPassage(path, line) for line in (value or "").splitlines() if line.strip()]
        elif isinstance(block, ImageChooserBlock) and value:
            self.picture(path, value, None)
        elif isinstance(block, DocumentChooserBlock) and value is None and block.required:
            self.links.append((Link(path, str(block.label), state=Link.GONE), "", None))
        elif isinstance(block, blocks.PageChooserBlock):
            self.chosen_page(block, value, path)
        elif isinstance(block, SnippetChooserBlock) and isinstance(value, Contact | Person):
            self.has_contact = True

    def struct(self, block: blocks.StructBlock, value, path: str) -> None:
        children = block.child_blocks
        if isinstance(block, TableBlock):
            return
        if {"image", "alt"} <= children.keys() and value.get("image"):
            self.picture(f"{path}.alt", value["image"], value.get("alt") or "")
            children = {name: child for name, child in children.items() if name != "image"}
        if {"page", "url"} <= children.keys():
            self.choice(value, path)
            children = {name: child for name, child in children.items() if name != "page"}
        if isinstance(value, VideoValue) and value.video:
            self.links.append((Link(f"{path}.url", value.get("title") or "", value.video.url), "", None))
        for name, child in children.items():
            self.block(child, value.get(name), f"{path}.{name}")

    def chosen_page(self, block: blocks.PageChooserBlock, page: Page | None, path: str) -> None:
        """Collect a link to a page, which is shown with its title.

        A required page that is missing was deleted.
        """
        if page:
            self.links.append((Link(path, ""), "page", page.pk))
        elif block.required:
            self.links.append((Link(path, str(block.label), state=Link.GONE), "", None))

    def choice(self, value, path: str) -> None:
        """Collect a link of a block with either a page or an address.

        It has neither if its page was deleted.
        """
        words = value.get("label") or value.get("title") or value.get("text") or ""
        page, url = value.get("page"), value.get("url") or ""
        state = Link.FINE if page or url else Link.GONE
        where = f"{path}.url" if url else f"{path}.page"
        self.links.append((Link(where, words, url, state), "page" if page else "", page and page.pk))

    def rich_text(self, source: str, path: str) -> None:
        soup = BeautifulSoup(source or "", "html.parser")
        for tag in soup.find_all(["h2", "h3", "h4", "p", "li", "a"]):
            text = tag.get_text(" ", strip=True)
            if tag.name == "a":
                self.anchor(tag, text, path)
            elif tag.name.startswith("h"):
                self.headings.append(Heading(path, int(tag.name[1]), text))
            elif text:
                self.passages.append(TextPassage(path, text))

    def anchor(self, tag, words: str, path: str) -> None:
        kind, key = tag.get("linktype", ""), tag.get("id", "")
        if kind in ("page", "document"):
            number = int(key) if str(key).isdecimal() else 0
            self.links.append((Link(path, words), kind, number))
        elif tag.get("href"):
            self.links.append((Link(path, words, tag["href"]), "", None))


def _is_shown(field: StreamField) -> bool:
    """Return whether a stream is content of the page, not a form, fees or stages."""
    return not isinstance(field, LiveStreamField) or isinstance(field.stream_block, ContentBlocks)


def _is_looked_after(page: Page) -> bool:
    care = ReviewPlan.objects.filter(page_id=page.pk).select_related("keeper").first() or ReviewPlan()
    care.page = page
    return bool(access.keepers_by_page([care]))


def _draft_above(page: Page) -> tuple[int, str] | None:
    drafts = page.get_ancestors().filter(depth__gt=1, live=False)
    return drafts.order_by("-depth").values_list("pk", "title").first()


def _taken_address(page: Page) -> str:
    """Return the path of the page if a view answers there: search, the newsletter, the hours of the office above."""
    parts = page.get_url_parts()
    if parts is None:
        return ""
    with override(page.locale.language_code):  # translated routes resolve only in their language
        taken = _site_answers(parts[2]) or _page_above_answers(page)
    return parts[2] if taken else ""


def _site_answers(path: str) -> bool:
    try:
        return resolve(path).url_name != "wagtail_serve"
    except Resolver404:
        return False


def _page_above_answers(page: Page) -> bool:
    """Return whether the page above has a route with this slug. Its routes take precedence over its pages."""
    kind = page.get_parent().specific_class
    if kind is None or not issubclass(kind, RoutablePageMixin):
        return False
    try:
        return bool(kind().get_resolver().resolve(f"/{page.slug}/"))
    except Resolver404:
        return False


def _described(page: Page, picture) -> str:
    """Return the picture's description on pages that use it for an empty one; else ""."""
    return picture.description if hasattr(page, "alt") else ""


def _with_states(links: list[tuple[Link, str, int | None]]) -> list[Link]:
    """Return the links with the states of their targets, with one query for each type of target."""
    keys: dict[str, set[int]] = defaultdict(set)
    for _link, kind, key in links:
        keys[kind or "elsewhere"].add(key or 0)
    pages = _pages(keys["page"])
    documents = set(get_document_model().objects.filter(pk__in=keys["document"]).values_list("pk", flat=True))
    silent = ExternalLink.silent({link.target for link, _kind, _key in links if _elsewhere(link.target)})
    return [_with_state(*one, pages, documents, silent) for one in links]


def _pages(keys: set[int]) -> dict[int, tuple[str, bool]]:
    if not keys:
        return {}
    rows = Page.objects.filter(pk__in=keys).values_list("pk", "draft_title", "live")
    return {pk: (title, live) for pk, title, live in rows}


def _with_state(link: Link, kind: str, key: int | None, pages, documents, silent) -> Link:
    if kind == "page":
        title, live = pages.get(key, ("", False))
        state = Link.FINE if live else Link.DRAFT if title else Link.GONE
        return Link(link.path, link.words or title, title, state)
    if kind == "document" and key not in documents:
        return Link(link.path, link.words, "", Link.GONE)
    if _leads_into_admin(link.target):
        return Link(link.path, link.words or link.target, link.target, Link.ADMIN)
    if is_wrapped(link.target):
        return Link(link.path, link.words or link.target, link.target, Link.WRAPPED)
    if link.target in silent:
        return Link(link.path, link.words or link.target, link.target, Link.SILENT)
    return link


def _leads_into_admin(address: str) -> bool:
    """Return whether an address belongs to the admin, on any host of the site."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.path.startswith(reverse("wagtailadmin_home")):
        return False
    ours = {urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname, None}
    return parts.hostname in ours or Site.objects.filter(hostname=parts.hostname).exists()


def _elsewhere(address: str) -> bool:
    """Return whether an address is external."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    ours = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname
    return parts.scheme in SCHEMES and bool(parts.hostname) and parts.hostname != ours


def _missing_languages(page: Page) -> list[str]:
    """Return the codes of the site's languages in which the page is not published."""
    there = Page.objects.filter(translation_key=page.translation_key, live=True).values("locale")
    wanted = Locale.objects.filter(pk__in=HomePage.objects.live().values("locale"))
    missing = wanted.exclude(pk__in=there).exclude(pk=page.locale_id).order_by("pk")
    return [one.language_code for one in missing]
