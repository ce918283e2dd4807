"""The pages of the site: home, sections and pages of text."""

import json
import zlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks as wagtail_blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from home import blocks, links
from home.generation import kept
from home.home_blocks import lines_for, sections_for

from .base import BasePage


class HomePage(BasePage):
    """The first page of a language: it answers before it advertises."""

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
        [("word", wagtail_blocks.CharBlock(label=_("Word"), max_length=40))],
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
        help_text=_("Wide, light at the top: the search stands in the sky. A drawn landscape if empty."),
    )
    panorama_alt = models.CharField(_("What the panorama shows"), max_length=160, blank=True)
    alert = StreamField(
        [("alert", blocks.AlertBlock())], blank=True, max_num=1, verbose_name=_("Alert"), default=list
    )
    tasks = StreamField(
        [("task", blocks.TaskBlock())], blank=True, max_num=6, verbose_name=_("Most asked for")
    )
    emergency = StreamField(
        [("number", blocks.PhoneBlock())], blank=True, max_num=6, verbose_name=_("Who to call, day and night")
    )
    footer_links = StreamField(
        [("link", blocks.FooterLinkBlock())],
        blank=True,
        max_num=6,
        verbose_name=_("Links at the foot"),
        help_text=_("Accessibility, personal data, imprint."),
    )

    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("alert"),
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
        return context | {
            "now": now,
            "alert": self.current_alert(request, now),
            "doors": self.doors(request),
            "today": lines_for(request, self, now),
            "sections": sections_for(request, self),
        }

    def route(self, request, path_components):
        """Finds a page in one look; what is no page (a page's own routes) level by level."""
        if len(path_components) > 1:
            address = f"{self.url_path}{'/'.join(path_components)}/"
            pages = Page.objects.descendant_of(self).filter(slug=path_components[-1], url_path=address)
            if found := pages.first():
                return found.specific.route(request, [])
        return super().route(request, path_components)

    def doors(self, request) -> list[dict]:
        """The tasks with their addresses."""
        return self._resolved(self.tasks, request)

    def current_alert(self, request, now) -> dict | None:
        """The alert that still holds at ``now``."""
        alerts = self._resolved(self.alert, request)
        return next((alert for alert in alerts if alert["until"] is None or alert["until"] > now), None)

    def _resolved(self, stream, request) -> list[dict]:
        """What stands in the blocks and where they lead, found once per generation and content."""
        if not stream:
            return []
        content = json.dumps(stream.get_prep_value(), sort_keys=True)
        key = f"links-{self.locale_id}-{zlib.crc32(content.encode())}"
        return kept(key, lambda: links.resolved(stream, self.locale_id, request))


class SectionPage(BasePage):
    """A door to the pages below it."""

    body = StreamField(blocks.ContentBlocks(), blank=True, verbose_name=_("Content"))

    template = "home/section_page.html"
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {"children": self.live_children(request)}

    def live_children(self, request=None) -> list[dict]:
        """The published pages below with address and lead; not those that only some may read."""
        private = private_paths()
        pages = self.get_children().live().order_by("path").specific()
        return [_door(page, request) for page in pages if page.path not in private]


def private_paths() -> set[str]:
    """Where in the tree the branches stand that only some may read."""
    return set(
        kept("private", lambda: [*PageViewRestriction.objects.values_list("page__path", flat=True), ""])
    )


def _door(page: Page, request) -> dict:
    return {"title": page.title, "url": page.get_url(request), "lead": getattr(page, "lead", "")}


class ContentPage(BasePage):
    """A page of text, made of blocks."""

    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    picture_alt = models.CharField(_("What the picture shows"), max_length=200, blank=True)
    body = StreamField(blocks.ContentBlocks(), blank=True, verbose_name=_("Content"))
    aside = StreamField(
        [
            ("contact", blocks.ContactBlock()),
            ("download", blocks.DownloadBlock()),
            ("button", blocks.ButtonBlock()),
            ("notice", blocks.NoticeBlock()),
        ],
        blank=True,
        default=list,
        verbose_name=_("Beside the text"),
    )

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
