"""News articles, their categories and their index."""

from datetime import datetime, time
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home.blocks.content import ContentBlocks
from home.caching.site_version import cached_per_version
from home.fields import LiveStreamField
from home.links import page_links
from home.links.page_links import full_page_url
from home.links.url_translation import translate_route_lazy
from home.localization.dates import date_format
from home.models import BasePage
from home.models.base import BasePageQuerySet, PicturePage
from home.models.categories import Category
from news.channels.announced_page import AnnouncedPage

from . import index_queries as articles_index_queries
from . import structured_data as articles_structured_data


class NewsCategory(Category):
    """The category of an article."""

    class Meta(Category.Meta):
        verbose_name = _("news category")
        verbose_name_plural = _("news categories")
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_news_category_per_slug")]


class NewsQuerySet(BasePageQuerySet):
    def published(self) -> Self:
        """Filter the articles that the public may see, newest first."""
        return self.open_to_all().order_by("-date", "-pk")

    def with_display_relations(self):
        return super().with_display_relations().select_related("category").with_category_names()

    def with_category_names(self) -> Self:
        """Annotate with the category's name in the language of the article, if it is translated."""
        same = {"translation_key": OuterRef("category__translation_key"), "locale": OuterRef("locale")}
        translated = Subquery(NewsCategory.objects.filter(**same).values("name")[:1])
        return self.annotate(category_name=Coalesce(translated, F("category__name")))

    def in_category(self, category: NewsCategory) -> Self:
        return self.filter(category__translation_key=category.translation_key)


class NewsIndexPage(RoutablePageMixin, BasePage):
    """All news, by category and year, with its feeds."""

    menu_icon = "news"
    page_description = _("The list of your news. You add each article below it.")
    search_kind = "page"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["news_articles.NewsPage"]
    template = "news/articles/news_index_page.html"
    archive_place = translate_route_lazy("archives/")
    plan_places = [(archive_place, _("Archive by month"))]

    class Meta:
        verbose_name = _("news index")
        verbose_name_plural = _("news indexes")

    def articles(self):
        return NewsPage.objects.child_of(self).published()

    def category_by_slug(self, slug: str) -> NewsCategory:
        """Return the category, translated to the language of the index if possible. Raise Http404."""
        if "\0" in slug:  # PostgreSQL refuses it
            raise Http404
        for each in NewsCategory.objects.filter(slug=slug).in_language(self.locale.language_code):
            return each
        raise Http404

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | articles_index_queries.news_list_context(
            self, request
        )

    @path("archives/")  # links in French lead to this path in every commune
    @path(archive_place, name="archive")
    def archive(self, request):
        """Show all months that have news."""
        context = super().get_context(request) | articles_index_queries.archive_context(self)
        context |= {
            "index_url": self.get_url(request),
            "address": full_page_url(self, request) + self.archive_place,
        }
        return render(request, "news/articles/archive.html", context)

    @path("rss/", name="rss")
    @path("<slug:category>/rss/", name="category_rss")
    def rss(self, request, category=None):
        """Return the newest articles, of a category if one is given, as RSS."""
        return self._feed(request, category, "rss")

    @path("atom/", name="atom")
    @path("<slug:category>/atom/", name="category_atom")
    def atom(self, request, category=None):
        """Return the newest articles, of a category if one is given, as Atom."""
        return self._feed(request, category, "atom")

    def _feed(self, request, slug, kind):
        from home.feeds import PageFeed
        from news.articles.feeds import AtomFeed

        category = self.category_by_slug(slug) if slug else None
        return {"rss": PageFeed, "atom": AtomFeed}[kind](self, category)(request)


class NewsPage(AnnouncedPage):
    """A news article."""

    in_plan = False
    search_kind = "news"
    social_type = "article"
    parent_page_types = ["news_articles.NewsIndexPage"]
    subpage_types = []
    template = "news/articles/news_page.html"

    date = models.DateField(_("date"), default=timezone.localdate, db_index=True)
    author = models.CharField(
        _("by"), max_length=120, blank=True, help_text=_("Name that follows “by”: the Council, the school…")
    )
    category = models.ForeignKey(NewsCategory, models.PROTECT, verbose_name=_("category"), related_name="+")
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True)
    comments_open = models.BooleanField(
        _("people may comment"),
        default=False,
        help_text=_("Each comment is read by the administration before it is published."),
    )
    comments_until = models.DateField(
        _("comments up to and with"),
        null=True,
        blank=True,
        help_text=_("If empty, as long as comments are allowed."),
    )

    objects = PageManager.from_queryset(NewsQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("date"), FieldPanel("author"), FieldPanel("category")], heading=_("Date and category")
        ),
        PicturePage.picture_panel,
        FieldPanel("body"),
        InlinePanel("related_services", heading=_("Services it speaks of"), label=_("Service"), max_num=4),
        *AnnouncedPage.outgoing_panels,
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("comments_open"), FieldPanel("comments_until")])],
            heading=_("Comments"),
        ),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.FilterField("date")]
    override_translatable_fields = [
        SynchronizedField("category"),
        *(SynchronizedField(name, overridable=False) for name in ("comments_open", "comments_until")),
    ]

    class Meta:
        verbose_name = _("news article")
        verbose_name_plural = _("news articles")

    @property
    def search_date(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.date, time(6)))

    def search_meta(self) -> str:
        return date_format(self.date, "DATE_FORMAT")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        beside = (
            self._beside()
            if getattr(request, "is_preview", False)
            else cached_per_version(f"news-{self.pk}", self._beside)
        )
        return (
            context
            | beside
            | {"structured_data": articles_structured_data.article_structured_data(self, request)}
        )

    def _beside(self) -> dict:
        """Return the parts of the context that depend on other objects: category, services, topics.

        They are cached per site version.
        """
        name = self.category_name if hasattr(self, "category_name") else self.category.localized.name
        return {
            "category": {"slug": self.category.slug, "name": name},
            "services": [
                {"title": page.title, "url": page_links.translated_url(page, self.locale_id)}
                for page in self.services()
            ],
            "followed": [topic.translation_key for topic in self.matched_topics()],
        }

    def services(self) -> list[Page]:
        """Return the related services, in the language of the page if they exist in it."""
        chosen = [related.service for related in self.related_services.select_related("service")]
        foreign = {page.translation_key for page in chosen if page.locale_id != self.locale_id}
        translations = {}
        if foreign:
            ours = Page.objects.live().filter(translation_key__in=foreign, locale_id=self.locale_id)
            translations = {page.translation_key: page for page in ours}
        return [page for each in chosen if (page := translations.get(each.translation_key, each)).live]

    def takes_comments(self, today: date) -> bool:
        return self.comments_open and (self.comments_until is None or today <= self.comments_until)


class RelatedService(Orderable):
    """A service that an article refers to."""

    page = ParentalKey(NewsPage, on_delete=models.CASCADE, related_name="related_services")
    service = models.ForeignKey(
        "wagtailcore.Page", models.CASCADE, verbose_name=_("service"), related_name="+"
    )

    panels = [PageChooserPanel("service", "eservices_catalogue.ServicePage")]

    class Meta(Orderable.Meta):
        verbose_name = _("related service")
        verbose_name_plural = _("related services")

    def __str__(self) -> str:
        return str(self.service)
