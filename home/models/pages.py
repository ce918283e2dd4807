"""Pages of the site: home page, section pages and content pages."""

import json
import zlib

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.forms import RadioSelect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from ..blocks import content as blocks_content
from ..blocks import links as blocks_links
from ..blocks import people, text
from ..caching.site_version import cached_per_version
from ..extensions.home_page import render_sections, today_items
from ..fields import LiveStreamField
from ..links import page_links
from ..localization.reader_language import url_for_reader
from .base import BasePage, restriction_exists


class HomePage(BasePage):
    """The home page of a language. It gives answers rather than advertising."""

    class Layout(models.TextChoices):
        LANDSCAPE = "landscape", _("Landscape: the search in the sky of the panorama")
        FRONT = "front", _("Front page: the news first, with its picture")
        COUNTER = "counter", _("Counter: popular services and the day’s information, side by side")

    layout = models.CharField(
        _("Layout"),
        max_length=10,
        choices=Layout,
        default=Layout.LANDSCAPE,
        help_text=_("The same content in another order; each can be tried in the preview."),
    )
    tagline = models.CharField(
        _("Full name of the commune"),
        max_length=60,
        blank=True,
        help_text=_("Beside the name, in this language."),
    )
    question = models.CharField(
        _("Question above the search"),
        max_length=60,
        blank=True,
        help_text=_("“What are you looking for?” if empty."),
    )
    often = StreamField(
        [("word", blocks_links.PopularSearchBlock(label=_("Word"), max_length=40))],
        blank=True,
        max_num=5,
        verbose_name=_("Often searched"),
    )
    panorama = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Panorama"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Wide, and light at the top where the search is placed. If empty, a drawn landscape."),
    )
    panorama_alt = models.CharField(_("Description of the panorama"), max_length=160, blank=True)
    tasks = StreamField(
        [("task", blocks_links.TopTaskBlock())], blank=True, max_num=6, verbose_name=_("Most asked for")
    )
    emergency = StreamField(
        [("number", people.PhoneBlock())],
        blank=True,
        max_num=6,
        verbose_name=_("Emergency numbers, day and night"),
    )
    footer_links = StreamField(
        [("link", blocks_links.FooterLinkBlock())],
        blank=True,
        max_num=6,
        verbose_name=_("Links at the foot"),
        help_text=_("Accessibility, personal data, imprint."),
    )

    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("layout", widget=RadioSelect),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("tagline", "question", "often", "panorama", "panorama_alt")],
            _("Head"),
        ),
        FieldPanel("lead"),
        FieldPanel("tasks"),
        MultiFieldPanel([FieldPanel("emergency"), FieldPanel("footer_links")], _("Foot of every page")),
    ]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request, *args, **kwargs):
        now = timezone.localtime()
        context = super().get_context(request, *args, **kwargs)
        sections = render_sections(request, self)
        first = sections.get("news", "") if self.layout == self.Layout.FRONT else ""
        return context | {
            "now": now,
            "doors": self.addressed(self.tasks, request),
            "today": today_items(request, self, now),
            "first": first,
            "sections": [section for section in sections.values() if section != first],
        }

    def linking(self) -> Q:
        """Return the condition for the pages right below, and for linked pages and their translations."""
        keys = [
            key for stream in (self.tasks, self.footer_links) for key in page_links.page_ids_in_stream(stream)
        ]
        return Q(path__startswith=self.path, depth=self.depth + 1) | page_links.with_translations(keys)

    @cached_property
    def linked(self) -> list[Page]:
        """The pages of ``linking``, and possibly others, in one query. ``routing.find_page`` presets it."""
        pages = Page.objects.filter(self.linking()).select_related("content_type")
        return list(pages.annotate(restricted=restriction_exists()))

    def linked_children(self) -> list[Page]:
        """Return the public pages right below."""
        return [one for one in self.linked if one.is_child_of(self) and one.live and not one.restricted]

    def first_below(self, model) -> Page | None:
        """Return the first public page of a type right below, cached per site version; None if there is none."""
        return (
            cached_per_version(
                f"below-{self.pk}-{model._meta.label_lower}", lambda: self._first(model) or False
            )
            or None
        )

    def _first(self, model) -> Page | None:
        return next(
            (page for page in self.linked_children() if page.content_type.model_class() is model), None
        )

    def addressed(self, stream, request) -> list[dict]:
        """Return the values of a stream's link blocks with their addresses, cached per site version and content."""
        content = json.dumps(stream.get_prep_value(), sort_keys=True, cls=DjangoJSONEncoder)
        key = f"links-{self.pk}-{get_language()}-{zlib.crc32(content.encode())}"
        return cached_per_version(
            key, lambda: page_links.resolve_link_stream(stream, self.linked, self.locale_id, request)
        )


class SectionPage(BasePage):
    """A page that leads to the pages below it."""

    menu_icon = "folder"
    page_description = _("The first page of a part of the site: it lists the pages below it.")
    body = LiveStreamField(blocks_content.ContentBlocks(), blank=True, verbose_name=_("Content"))

    template = "home/section_page.html"
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def get_context(self, request, *args, **kwargs):
        below = {
            "children": self.live_children(request),
            "untranslated": untranslated_children(self, request),
        }
        return super().get_context(request, *args, **kwargs) | below

    def live_children(self, request=None) -> list[dict]:
        """Return the public pages below, with address and lead."""
        return _rows(_open_below(self), request)


def untranslated_children(page: BasePage, request=None) -> list[dict]:
    """Return the public pages that exist below the main-language twin but are not published in this language."""
    ours, most = page.locale.language_code, settings.LANGUAGE_CODE
    if ours == most:
        return []
    twin = page.get_translations().filter(locale__language_code=most).open_to_all().first()
    if twin is None:
        return []
    there = Page.objects.live().filter(locale=page.locale_id).values("translation_key")
    rows = _rows(_open_below(twin).exclude(translation_key__in=there).select_related("locale"), request)
    return [row | {"url": url_for_reader(row["url"], ours)} for row in rows]


def _open_below(page: Page):
    return page.get_children().live().filter(~restriction_exists()).select_related("content_type")


def _rows(pages, request) -> list[dict]:
    pages = list(pages)
    leads = _leads_by_key(pages)
    return [
        {"title": page.title, "url": page.get_url(request), "lead": leads.get(page.pk, "")} for page in pages
    ]


def _leads_by_key(pages: list[Page]) -> dict[int, str]:
    """Return the leads of pages of several types, by key, in one query. Each type has its own table."""
    kinds = {page.content_type.model_class() for page in pages}
    keys = [page.pk for page in pages]
    found = [
        kind.objects.filter(pk__in=keys).order_by().values_list("pk", "lead")
        for kind in kinds
        if kind and issubclass(kind, BasePage)
    ]
    return dict(found[0].union(*found[1:], all=True)) if found else {}


class ContentPage(BasePage):
    """A page of text, made of blocks."""

    page_description = _("Text, pictures, tables and downloads, for content without its own page type.")
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    picture_alt = models.CharField(_("Description of the picture"), max_length=200, blank=True)
    body = LiveStreamField(blocks_content.ContentBlocks(), blank=True, verbose_name=_("Content"))
    aside = StreamField(
        [
            ("contact", people.ContactBlock()),
            ("download", blocks_links.DownloadBlock()),
            ("button", blocks_links.ButtonBlock()),
            ("notice", text.CalloutBlock()),
        ],
        blank=True,
        default=list,
        verbose_name=_("Beside the text"),
    )

    needs_contact = True
    template = "home/content_page.html"
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_alt")], _("Picture")),
        FieldPanel("body"),
        FieldPanel("aside"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    @property
    def social_image(self):
        return super().social_image or (self.picture if self.picture_id else None)
