"""Base of all pages of the site."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, prefetch_related_objects
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.images import get_image_model
from wagtail.models import Page, PageManager, PageQuerySet, PageViewRestriction
from wagtail.search import index

from ..localization.slugs import NumberedSlugForm
from ..publication.public_record import PublicRecordCopyForm, public_record_type_below


@dataclass(frozen=True)
class SearchPart:
    """A part of a page with its own search entry and anchor."""

    kind: str
    key: str  # its anchor, the same on every page that contains it
    title: str
    summary: str = ""
    text: str = ""


@cache  # an expression is copied when it is used
def restriction_exists() -> Exists:
    """Return an expression that is true if the page or an ancestor is restricted. For ``annotate`` and ``filter``."""
    here = ExpressionWrapper(OuterRef("path"), models.TextField())
    return Exists(PageViewRestriction.objects.alias(here=here).filter(here__startswith=F("page__path")))


def with_restriction_data(pages: PageQuerySet) -> PageQuerySet:
    """Annotate the pages with the data that :func:`is_public` needs."""
    source = Exists(PageViewRestriction.objects.filter(page=OuterRef("alias_of")))
    return pages.annotate(
        restricted=restriction_exists(), source_restricted=source, source_alias=F("alias_of__alias_of")
    )


def is_public(page: Page) -> bool:
    """Return whether neither the page nor, for an alias, its source is restricted. False if unknown."""
    return not (page.restricted or page.source_restricted or page.source_alias)


class BasePageQuerySet(PageQuerySet):
    def open_to_all(self) -> Self:
        """Filter published, unrestricted pages in one query; Wagtail's ``public()`` needs a second one."""
        return self.live().filter(~restriction_exists())

    def with_display_relations(self) -> Self:
        """Join the language and pictures, which templates show of other pages."""
        return self.select_related("locale", *self.model.picture_fields())


class BasePage(Page):
    """A page of the commune, with a lead of one or two sentences, search settings and sharing settings."""

    objects = PageManager.from_queryset(BasePageQuerySet)()

    # The key of its search kind, see home.search.index.
    search_kind = "page"
    social_type = "website"
    menu_icon = "page"  # beside its title in the menu of a phone
    when_lost = 0  # a place in the list for readers whose search found nothing; 0 for none
    in_sitemap = True
    in_plan = True
    # Routes below the page that the site plan lists: (path, name).
    plan_places: list[tuple[str, str]] = []
    # Whether the whole page is cached until something is published, one minute at most. False if it changes otherwise.
    same_for_everybody = True
    base_form_class = NumberedSlugForm
    copy_form_class = PublicRecordCopyForm
    needs_contact = False  # whether readers expect a contact on it
    review_months = 12  # months between two reviews
    # True if the query that loaded the page found no restriction: it is not checked again.
    known_as_open = False

    lead = models.TextField(
        _("Lead"), blank=True, max_length=400, help_text=_("One or two sentences that give the answer.")
    )
    keywords = models.CharField(
        _("Also searched as"),
        blank=True,
        max_length=255,
        help_text=_("Words that people type and the page does not use, separated by commas."),
    )
    share_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Picture when shared"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    promote_panels = [
        *Page.promote_panels,
        MultiFieldPanel([FieldPanel("keywords"), FieldPanel("share_image")], _("Found and shared")),
    ]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("keywords")]

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """The description for search engines and social networks."""
        return self.search_description or self.lead

    @property
    def social_image(self):
        return self.share_image if self.share_image_id else None

    @classmethod
    def picture_fields(cls) -> list[str]:
        """Return the names of the fields that contain a picture."""
        image = get_image_model()
        return [field.name for field in cls._meta.concrete_fields if field.related_model is image]

    def pictures(self) -> list:
        """Return the pictures of the page, from its fields and its body."""
        blocks = [block for block in getattr(self, "body", ()) if block.value]
        shown = [getattr(self, name) for name in self.picture_fields()]
        shown += [block.value["image"] for block in blocks if block.block_type in ("picture", "video")]
        shown += [one["image"] for block in blocks if block.block_type == "gallery" for one in block.value]
        shown += [block.value.photo for block in blocks if block.block_type == "person"]
        return [picture for picture in shown if picture]

    @property
    def with_pictures(self) -> Self:
        """The page itself, with the renditions of all its pictures prefetched in one query."""
        prefetch_related_objects(self.pictures(), "renditions")
        return self

    @cached_property
    def around(self) -> list[Page]:
        """The ancestors, the page itself and its translations. ``routing.find_page`` loads them with the page."""
        above = Page.objects.ancestor_of(self, inclusive=True)
        translations = Page.objects.filter(translation_key=self.translation_key)
        return list((above | translations).select_related("locale"))

    def get_view_restrictions(self):
        return PageViewRestriction.objects.none() if self.known_as_open else super().get_view_restrictions()

    @property
    def private_page_options(self) -> list[str]:
        """The ways to restrict the page; none if a page of its type or below it must stay public.

        A page that is already restricted has all of them, because otherwise nobody could remove the restriction.
        """
        closed = PageViewRestriction.objects.filter(page=self).exists()
        return Page.private_page_options if closed or not public_record_type_below(self) else []

    def publish_problems(self) -> list[tuple[str, str]]:
        """Return the problems that prevent publication: a field, and one sentence on what to do about it."""
        return []

    def search_span(self) -> tuple[datetime | None, datetime | None]:
        """Return when search may start and stop showing the page; None for no limit."""
        return None, None

    def search_parts(self) -> list[SearchPart]:
        """Return the parts of the page with their own search entry: people, unless the page is short-lived."""
        blocks = getattr(self, "body", ()) if self.in_plan else ()
        people = [block.value for block in blocks if block.block_type == "person" and block.value]
        return [person.search_part() for person in dict.fromkeys(people)]

    def search_files(self) -> models.QuerySet | None:
        """Return the files whose text is searched with the page; None if there are none."""
        return None

    def search_text(self) -> str:
        """Return the searchable text of the page, without markup, one passage per line."""
        return "\n".join([self.lead, *stream_passages(getattr(self, "body", None))]).strip()


def sitemap_excluded_types() -> list[type[BasePage]]:
    """Return the page types that are public only for a time."""
    return [model for model in page_types() if not model.in_sitemap]


def site_plan_excluded_types() -> list[type[BasePage]]:
    """Return the page types that the site plan leaves out, because their index page is enough."""
    return [model for model in page_types() if not model.in_plan]


def page_types() -> list[type[BasePage]]:
    return [model for model in apps.get_models() if issubclass(model, BasePage)]


def stream_passages(stream) -> list[str]:
    """Return the passages of a StreamField as plain text."""
    return [str(words) for words in stream.stream_block.get_searchable_content(stream)] if stream else []


class PicturePage(BasePage):
    """A page with one picture and its alternative text."""

    picture = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("description of the picture"),
        max_length=255,
        blank=True,
        help_text=_("Read aloud to people who cannot see it."),
    )
    picture_caption = models.CharField(_("caption and author of the picture"), max_length=255, blank=True)

    picture_panel = MultiFieldPanel(
        [FieldPanel("picture"), FieldPanel("picture_alt"), FieldPanel("picture_caption")],
        heading=_("Picture"),
    )

    class Meta:
        abstract = True

    @property
    def alt(self) -> str:
        return self.picture_alt or getattr(self.picture, "description", "")

    @property
    def social_image(self):
        return super().social_image or (self.picture if self.picture_id else None)

    def clean(self):
        super().clean()
        if self.picture_id and not self.alt:
            raise ValidationError({"picture_alt": _("Describe the picture in one sentence.")})
