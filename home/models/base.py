"""What every page of the site has."""

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
    """Something on a page that search finds by itself, and leads to."""

    kind: str
    key: str  # its anchor on the page, the same on every page it stands on
    title: str
    summary: str = ""
    text: str = ""


@cache  # an expression is copied where it is used
def restriction_exists() -> Exists:
    """Whether only some may read a page: it or one above is restricted. For ``annotate`` and ``filter``."""
    here = ExpressionWrapper(OuterRef("path"), models.TextField())
    return Exists(PageViewRestriction.objects.alias(here=here).filter(here__startswith=F("page__path")))


def with_restriction_data(pages: PageQuerySet) -> PageQuerySet:
    """The pages with what :func:`is_public` asks of them."""
    source = Exists(PageViewRestriction.objects.filter(page=OuterRef("alias_of")))
    return pages.annotate(
        restricted=restriction_exists(), source_restricted=source, source_alias=F("alias_of__alias_of")
    )


def is_public(page: Page) -> bool:
    """Whether nothing restricts the page nor, for an alias, its source; False too where that is not known."""
    return not (page.restricted or page.source_restricted or page.source_alias)


class BasePageQuerySet(PageQuerySet):
    def open_to_all(self):
        """Published and not restricted, in one query where Wagtail's ``public()`` asks once more."""
        return self.live().filter(~restriction_exists())

    def shown(self):
        """With what the templates of a page show of others: its language and its pictures."""
        return self.select_related("locale", *self.model.picture_fields())


class BasePage(Page):
    """A page of the commune: a title, a lead of one or two sentences, and how it is found and shared."""

    objects = PageManager.from_queryset(BasePageQuerySet)()

    # What search calls it: the key of a kind in home.search.index.
    search_kind = "page"
    social_type = "website"
    in_sitemap = True
    in_plan = True
    # Addresses of its own below it that the site plan names: (path, name).
    plan_places: list[tuple[str, str]] = []
    # Kept whole until something is published, a minute at most. False where it shows what changes without that.
    same_for_everybody = True
    on_record = (
        False  # whether it is proven that everybody could see it, see home/publication/public_record.py
    )
    base_form_class = NumberedSlugForm
    copy_form_class = PublicRecordCopyForm
    needs_contact = False  # whether readers look on it for somebody to ask
    review_months = 12  # after how long somebody looks whether it is still right
    # Set by who found the page together with the restrictions: there is none, nobody need ask again.
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
        """What search engines and social networks say about the page."""
        return self.search_description or self.lead

    @property
    def social_image(self):
        return self.share_image if self.share_image_id else None

    @classmethod
    def picture_fields(cls) -> list[str]:
        """The names of the fields that hold a picture."""
        image = get_image_model()
        return [field.name for field in cls._meta.concrete_fields if field.related_model is image]

    def pictures(self) -> list:
        """The pictures that the page shows, by its fields and within its text."""
        blocks = [block for block in getattr(self, "body", ()) if block.value]
        shown = [getattr(self, name) for name in self.picture_fields()]
        shown += [block.value["image"] for block in blocks if block.block_type in ("picture", "video")]
        shown += [one["image"] for block in blocks if block.block_type == "gallery" for one in block.value]
        shown += [block.value.photo for block in blocks if block.block_type == "person"]
        return [picture for picture in shown if picture]

    @property
    def with_pictures(self) -> Self:
        """The page itself, with the sizes of all its pictures read in one query, for who shows one."""
        prefetch_related_objects(self.pictures(), "renditions")
        return self

    @cached_property
    def around(self) -> list[Page]:
        """Those above this page, itself and its translations; ``routing.find`` finds them with the page."""
        above = Page.objects.ancestor_of(self, inclusive=True)
        translations = Page.objects.filter(translation_key=self.translation_key)
        return list((above | translations).select_related("locale"))

    def get_view_restrictions(self):
        return PageViewRestriction.objects.none() if self.known_as_open else super().get_view_restrictions()

    @property
    def private_page_options(self) -> list[str]:
        """How the page may be closed to some. What is closed already can be changed, or nobody could open it."""
        closed = PageViewRestriction.objects.filter(page=self).exists()
        return Page.private_page_options if closed or not public_record_type_below(self) else []

    def publish_problems(self) -> list[tuple[str, str]]:
        """Return what keeps the page from being published: a field, and in one sentence what to do about it."""
        return []

    def search_span(self) -> tuple[datetime | None, datetime | None]:
        """From when to when search may show the page; None: from always, for ever."""
        return None, None

    def search_parts(self) -> list[SearchPart]:
        """What is found beside the page and leads to its place on it: people, where they stand for good."""
        blocks = getattr(self, "body", ()) if self.in_plan else ()
        people = [block.value for block in blocks if block.block_type == "person" and block.value]
        return [person.search_part() for person in dict.fromkeys(people)]

    def search_files(self) -> models.QuerySet | None:
        """The files by whose text search finds the page too."""
        return None

    def search_text(self) -> str:
        """The words of the page that search looks through, without markup, a line per passage."""
        return "\n".join([self.lead, *stream_passages(getattr(self, "body", None))]).strip()


def sitemap_excluded_types() -> list[type[BasePage]]:
    """The kinds of pages that are public for a time only."""
    return [model for model in page_types() if not model.in_sitemap]


def site_plan_excluded_types() -> list[type[BasePage]]:
    """The kinds of pages that are told day by day: their index is enough."""
    return [model for model in page_types() if not model.in_plan]


def page_types() -> list[type[BasePage]]:
    return [model for model in apps.get_models() if issubclass(model, BasePage)]


def stream_passages(stream) -> list[str]:
    """The passages of a StreamField, as plain text."""
    return [str(words) for words in stream.stream_block.get_searchable_content(stream)] if stream else []


class PicturePage(BasePage):
    """A page with one picture, and the words for who does not see it."""

    picture = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("what the picture shows"),
        max_length=255,
        blank=True,
        help_text=_("Read aloud to who does not see it."),
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
            raise ValidationError({"picture_alt": _("Say in one sentence what the picture shows.")})
