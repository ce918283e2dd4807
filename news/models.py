"""What the commune tells and what happens: news by category, and an agenda."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home import ical, links
from home.addresses import translated
from home.blocks import ContentBlocks
from home.dates import date_format
from home.fields import LiveStreamField
from home.generation import kept
from home.links import full_address
from home.models import BasePage
from home.models.base import BasePageQuerySet
from home.models.kinds import Kind
from newsletter.matching import subscribers_for
from newsletter.models import Topic
from newsletter.panels import TopicsPanel

from . import ics, listing, structured_data
from .agenda import dates as agenda
from .agenda.models import EventDate, ExceptionBlock, Timed
from .agenda.recurrence import MOST, Every, is_last_of_its_weekday
from .channels.editing import ChannelsForm, ChannelsPanel

REPEATS = [
    (Every.ONCE.value, _("no: it takes place once")),
    (Every.WEEK.value, _("every week")),
    (Every.OTHER_WEEK.value, _("every other week")),
    (Every.MONTH_DAY.value, _("every month, on the same day: the 12th")),
    (Every.MONTH_WEEKDAY.value, _("every month, on the same weekday: the second Tuesday")),
    (Every.MONTH_LAST.value, _("every month, on the last such weekday: the last Friday")),
]


class NewsCategory(Kind):
    """What a piece of news is about."""

    class Meta(Kind.Meta):
        verbose_name = _("news category")
        verbose_name_plural = _("news categories")
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_news_category_per_slug")]


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


class AnnouncedPage(PicturePage):
    """A page that readers of its topics hear of, and that goes out on the channels its editor ticks."""

    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("newsletter topics"),
        blank=True,
        related_name="+",
        help_text=_("Subscribers of these topics hear of it."),
    )

    base_form_class = ChannelsForm
    outgoing_panels = [
        MultiFieldPanel(
            [TopicsPanel(), HelpPanel(template="news/reach_panel.html")], heading=_("Newsletter")
        ),
        ChannelsPanel(heading=_("Where it goes out")),
    ]

    class Meta:
        abstract = True

    @property
    def headline(self) -> str:
        """Its title, as it is told elsewhere."""
        return self.title

    @property
    def occasion(self) -> str:
        """When and where, of what happens."""
        return ""

    @property
    def called_off(self) -> bool:
        """Whether it would have happened, and does not."""
        return False

    @property
    def is_past(self) -> bool:
        """Whether what happens is over."""
        return False

    def matched_topics(self) -> list[Topic]:
        """Its topics; a translation without any of its own has those of the other languages."""
        page, through = self._meta.model_name, type(self).topics.through
        chosen = through.objects.filter(**{f"{page}__translation_key": self.translation_key})
        own = Exists(chosen.filter(topic=OuterRef("pk"), **{page: self.pk}))
        topics = list(Topic.objects.filter(pk__in=chosen.values("topic")).annotate(own=own))
        return [topic for topic in topics if topic.own] or topics

    def reach(self) -> int:
        """How many confirmed subscribers its topics reach in its language."""
        if self.pk is None:
            return 0
        return subscribers_for(self.matched_topics(), self.locale.language_code).count()


class NewsQuerySet(BasePageQuerySet):
    def published(self):
        """What the public may see, newest first."""
        return self.open_to_all().order_by("-date", "-pk")

    def shown(self):
        return super().shown().select_related("category").annotate(category_name=listing.category_name())

    def in_category(self, category: NewsCategory):
        return self.filter(category__translation_key=category.translation_key)


class NewsIndexPage(RoutablePageMixin, BasePage):
    """All news, by category and year, with its feeds."""

    page_description = _("The list of your news; you add each article below it.")
    search_kind = "page"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["news.NewsPage"]
    template = "news/news_index_page.html"
    archive_place = translated("archives/")
    plan_places = [(archive_place, _("Archive by month"))]

    class Meta:
        verbose_name = _("news index")
        verbose_name_plural = _("news indexes")

    def articles(self):
        return NewsPage.objects.child_of(self).published()

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | listing.news(self, request)

    @path("archives/")  # where a link in French leads in every commune
    @path(archive_place, name="archive")
    def archive(self, request):
        """All months that have news."""
        context = super().get_context(request) | listing.archive(self)
        context |= {
            "index_url": self.get_url(request),
            "address": full_address(self, request) + self.archive_place,
        }
        return render(request, "news/news_archive.html", context)

    @path("rss/", name="rss")
    @path("<slug:category>/rss/", name="category_rss")
    def rss(self, request, category=None):
        """The newest articles, of a category if one is given, as RSS."""
        return self._feed(request, category, "rss")

    @path("atom/", name="atom")
    @path("<slug:category>/atom/", name="category_atom")
    def atom(self, request, category=None):
        """The newest articles, of a category if one is given, as Atom."""
        return self._feed(request, category, "atom")

    def _feed(self, request, slug, kind):
        from .feeds import AtomFeed, RssFeed

        category = listing.category(self, slug) if slug else None
        return {"rss": RssFeed, "atom": AtomFeed}[kind](self, category)(request)


class NewsPage(AnnouncedPage):
    """One piece of news."""

    in_plan = False
    search_kind = "news"
    social_type = "article"
    parent_page_types = ["news.NewsIndexPage"]
    subpage_types = []
    template = "news/news_page.html"

    date = models.DateField(_("date"), default=timezone.localdate, db_index=True)
    author = models.CharField(
        _("by"), max_length=120, blank=True, help_text=_("As it follows “by”: the Council, the school…")
    )
    category = models.ForeignKey(NewsCategory, models.PROTECT, verbose_name=_("category"), related_name="+")
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True)
    comments_open = models.BooleanField(
        _("people may comment"),
        default=False,
        help_text=_("Each comment is read by the administration before it is published."),
    )
    comments_until = models.DateField(
        _("comments up to and with"), null=True, blank=True, help_text=_("Empty: as long as comments are on.")
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
            self._beside() if getattr(request, "is_preview", False) else kept(f"news-{self.pk}", self._beside)
        )
        return context | beside | {"structured_data": structured_data.news_article(self, request)}

    def _beside(self) -> dict:
        """What stands beside the article and depends on other things than itself."""
        name = self.category_name if hasattr(self, "category_name") else self.category.localized.name
        return {
            "category": {"slug": self.category.slug, "name": name},
            "services": [
                {"title": page.title, "url": links.address(page, self.locale_id)} for page in self.services()
            ],
            "followed": [topic.translation_key for topic in self.matched_topics()],
        }

    def services(self) -> list[Page]:
        """The services it speaks of, in the language of the page where they exist in it."""
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
    """A service that a piece of news speaks of."""

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


class EventQuerySet(BasePageQuerySet):
    def shown(self):
        return super().shown().select_related("host")


class EventIndexPage(RoutablePageMixin, BasePage):
    """The agenda, on the site and for calendars."""

    page_description = _("What takes place: you add each event below it, and people propose theirs.")
    parent_page_types = ["home.HomePage"]
    subpage_types = ["news.EventPage"]
    template = "news/event_index_page.html"

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")

    def events(self):
        return EventPage.objects.child_of(self).open_to_all()

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | listing.agenda(self, request)

    @path("ics/", name="calendar")
    def calendar(self, request):
        """All that is to come within a year, and the last month, to subscribe to."""
        now = timezone.now()
        dates = EventDate.objects.of(self.events()).order_by("start", "pk")
        around = dates.filter(start__gte=now - timedelta(days=31), start__lte=now + timedelta(days=366))
        return ical.response(self.title, ics.entries(around, request))


class EventPage(Timed, RoutablePageMixin, AnnouncedPage):
    """Something that happens at a time and a place, once or again and again."""

    in_plan = False
    search_kind = "event"
    parent_page_types = ["news.EventIndexPage"]
    subpage_types = []
    template = "news/event_page.html"

    start = models.DateTimeField(_("begins"), db_index=True)
    end = models.DateTimeField(_("ends"), null=True, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    repeats = models.CharField(
        _("comes back"),
        max_length=16,
        choices=REPEATS,
        blank=True,
        default=Every.ONCE.value,
        help_text=_("The day on which it begins says which weekday, or which day of the month."),
    )
    until = models.DateField(_("up to and with"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(
        _("or so many times"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(MOST)],
    )
    exceptions = StreamField(
        [("day", ExceptionBlock())],
        verbose_name=_("days on which it does not take place"),
        blank=True,
        default=list,
    )
    place = models.CharField(_("place"), max_length=120)
    address = models.CharField(_("where that is"), max_length=200, blank=True)
    price = models.CharField(_("price"), max_length=60, blank=True, help_text=_("Short: “Free”, “CHF 12.–”."))
    price_note = models.CharField(_("registration, reductions"), max_length=120, blank=True)
    access = models.CharField(_("access without barriers"), max_length=60, blank=True)
    access_note = models.CharField(_("more on access"), max_length=120, blank=True)
    host = models.ForeignKey(
        "news.DirectoryEntry",
        models.SET_NULL,
        verbose_name=_("association or company that organises it"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("From the directory: the page leads there, and its entry shows the date."),
    )
    organiser = models.CharField(
        _("organised by"),
        max_length=200,
        blank=True,
        help_text=_("In words. Empty: the name in the directory."),
    )
    phone = models.CharField(_("telephone for questions"), max_length=40, blank=True)
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True)

    objects = PageManager.from_queryset(EventQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("start"), FieldPanel("end"), FieldPanel("cancelled")], heading=_("When")),
        MultiFieldPanel(
            [
                FieldPanel("repeats"),
                FieldRowPanel([FieldPanel("until"), FieldPanel("times")]),
                FieldPanel("exceptions"),
            ],
            heading=_("Comes back"),
        ),
        MultiFieldPanel([FieldPanel("place"), FieldPanel("address")], heading=_("Where")),
        MultiFieldPanel(
            [FieldPanel("price"), FieldPanel("price_note"), FieldPanel("access"), FieldPanel("access_note")],
            heading=_("Price and access"),
        ),
        MultiFieldPanel([FieldPanel("host"), FieldPanel("organiser"), FieldPanel("phone")], heading=_("Who")),
        PicturePage.picture_panel,
        FieldPanel("body"),
        *AnnouncedPage.outgoing_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("place"),
        index.SearchField("body"),
        index.FilterField("start"),
    ]
    override_translatable_fields = [
        SynchronizedField(name) for name in ("phone", "repeats", "until", "times", "exceptions")
    ]

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def clean(self):
        super().clean()
        if self.start and self.end and self.end <= self.start:
            raise ValidationError({"end": _("It ends after it begins.")})
        if self.repeats and self.start:
            self._clean_rhythm()

    def _clean_rhythm(self):
        if not self.until and not self.times:
            raise ValidationError({"until": _("Say until when it comes back, or how many times.")})
        if self.until and self.until < self.first_day:
            raise ValidationError({"until": _("It comes back after it begins.")})
        if self.repeats == Every.MONTH_LAST and not is_last_of_its_weekday(self.first_day):
            raise ValidationError(
                {"repeats": _("It begins on a weekday that comes again in the same month.")}
            )
        if self.end and self.end - self.start >= timedelta(days=7):
            raise ValidationError({"end": _("What comes back lasts less than a week.")})
        if not agenda.dates_of(self):
            raise ValidationError({"exceptions": _("No day is left on which it takes place.")})
        if idle := self._newly_idle():
            said = _("It does not take place on %(day)s anyway: correct this day or remove it.")
            raise ValidationError({"exceptions": said % {"day": date_format(min(idle), "l j F Y")}})

    def _newly_idle(self) -> set[date]:
        """The exceptions to come without effect; but what stood there before keeps nobody from changing the rest."""
        today = timezone.localdate()
        idle = agenda.idle_exceptions(self, today)
        before = type(self).objects.filter(pk=self.pk).first() if idle else None
        return idle - agenda.idle_exceptions(before, today) if before else idle

    @property
    def rhythm(self) -> str:
        """“Every Tuesday, until 30 June”; nothing for what happens once."""
        return agenda.rhythm(self)

    @property
    def host_url(self) -> str:
        """The page of who organises it, in the language of the event."""
        shown = self.host_id and self.host.shown
        return self.host.get_url(self.locale.language_code) if shown else ""

    @property
    def organised_by(self) -> str:
        return self.organiser or (self.host.name if self.host_id else "")

    @property
    def headline(self) -> str:
        return gettext("Cancelled: {title}").format(title=self.title) if self.cancelled else self.title

    @property
    def occasion(self) -> str:
        return self.search_meta()

    @property
    def called_off(self) -> bool:
        return self.cancelled

    @property
    def is_past(self) -> bool:
        """Over its last date, where it comes back. One that is only begun has none."""
        return self.start is not None and all(one.over for one in agenda.dates_of(self))

    @property
    def search_date(self) -> datetime:
        return self.start

    def search_meta(self) -> str:
        when = self.rhythm or date_format(self.first_day, "DATE_FORMAT")
        return f"{when}, {self.begins}, {self.place}"

    def search_text(self) -> str:
        where = ", ".join(filter(None, (self.place, self.address, self.organised_by)))
        return f"{where}\n{super().search_text()}".strip()

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        dates = agenda.dates_of(self)
        date = agenda.shown(dates) or self
        return context | {
            "date": date,
            "rhythm": self.rhythm,
            "dates": [one for one in dates if not one.over] if self.repeats else [],
            "structured_data": structured_data.event(self, request, date, agenda.schedule(self, dates)),
            "host_url": self.host_url,
            "calendar_url": self.get_url(request) + self.reverse_subpage("calendar"),
        }

    @path("ics/", name="calendar")
    def calendar(self, request):
        """The event for the reader's own calendar, with all its dates."""
        return ical.response(self.title, ics.entries_of(self, request), f"{self.slug}.ics")


# Django looks for models here. Each of these stands with what belongs to it, and needs those above.
from .council.models import MeetingIndexPage, MeetingPage  # noqa: E402
from .directory.models import DirectoryEntry, DirectoryPage, DirectoryTheme, KeeperLink  # noqa: E402
from .jobs.models import JobIndexPage, JobPage  # noqa: E402
from .library.models import DocumentKind, LibraryPage, Publication  # noqa: E402
from .notices.models import (  # noqa: E402
    NoticeFile,
    NoticeFileText,
    NoticeIndexPage,
    NoticeKind,
    NoticePage,
    NoticeSettings,
    Posting,
)
from .orientation.models import GuidePage, PlacesPage  # noqa: E402
from .proposals.models import Proposal  # noqa: E402
from .waste.models import WasteCalendarPage, WasteReminder  # noqa: E402

__all__ = [
    "DirectoryEntry",
    "DirectoryPage",
    "DirectoryTheme",
    "DocumentKind",
    "EventDate",
    "EventIndexPage",
    "EventPage",
    "GuidePage",
    "JobIndexPage",
    "JobPage",
    "KeeperLink",
    "LibraryPage",
    "MeetingIndexPage",
    "MeetingPage",
    "NewsCategory",
    "NewsIndexPage",
    "NewsPage",
    "NoticeFile",
    "NoticeFileText",
    "NoticeIndexPage",
    "NoticeKind",
    "NoticePage",
    "NoticeSettings",
    "PlacesPage",
    "Posting",
    "Proposal",
    "Publication",
    "RelatedService",
    "WasteCalendarPage",
    "WasteReminder",
]
