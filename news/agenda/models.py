"""Pages of the agenda."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home.blocks.content import ContentBlocks
from home.fields import LiveStreamField
from home.formats import ical
from home.localization.dates import date_format
from home.models import BasePage
from home.models.base import BasePageQuerySet, PicturePage
from news.channels.announced_page import AnnouncedPage

from . import event_dates as agenda
from . import ical_entries
from . import index_queries as agenda_index_queries
from . import structured_data as agenda_structured_data
from .occurrences import EventDate, EventExceptionBlock, TimedMixin
from .recurrence import MAX_OCCURRENCES, Frequency, is_last_weekday_of_month

REPEATS = [
    (Frequency.ONCE.value, _("no: only once")),
    (Frequency.WEEK.value, _("every week")),
    (Frequency.OTHER_WEEK.value, _("every other week")),
    (Frequency.MONTH_DAY.value, _("every month, on the same day: the 12th")),
    (Frequency.MONTH_WEEKDAY.value, _("every month, on the same weekday: the second Tuesday")),
    (Frequency.MONTH_LAST.value, _("every month, on the last such weekday: the last Friday")),
]


class EventQuerySet(BasePageQuerySet):
    def with_display_relations(self):
        return super().with_display_relations().select_related("host")


class EventIndexPage(RoutablePageMixin, BasePage):
    """The agenda, as a page and as a calendar to subscribe to."""

    menu_icon = "calendar"
    page_description = _("Events: you add each event below it, and people propose theirs.")
    parent_page_types = ["home.HomePage"]
    subpage_types = ["news_agenda.EventPage"]
    template = "news/agenda/event_index_page.html"

    class Meta:
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")

    def events(self):
        return EventPage.objects.child_of(self).open_to_all()

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | agenda_index_queries.agenda_context(
            self, request
        )

    @path("ics/", name="calendar")
    def calendar(self, request):
        """Return the dates of the last month and of the coming year as a calendar to subscribe to."""
        now = timezone.now()
        dates = EventDate.objects.of(self.events()).order_by("start", "pk")
        around = dates.filter(start__gte=now - timedelta(days=31), start__lte=now + timedelta(days=366))
        return ical.calendar_response(self.title, ical_entries.calendar_entries(around, request))


class EventPage(TimedMixin, RoutablePageMixin, AnnouncedPage):
    """An event at a time and a place, once or recurring."""

    in_plan = False
    search_kind = "event"
    parent_page_types = ["news_agenda.EventIndexPage"]
    subpage_types = []
    template = "news/agenda/event_page.html"

    start = models.DateTimeField(_("begins"), db_index=True)
    end = models.DateTimeField(_("ends"), null=True, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    repeats = models.CharField(
        _("comes back"),
        max_length=16,
        choices=REPEATS,
        blank=True,
        default=Frequency.ONCE.value,
        help_text=_("The start date defines the weekday or the day of the month."),
    )
    until = models.DateField(_("up to and with"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(
        _("or so many times"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(MAX_OCCURRENCES)],
    )
    exceptions = StreamField(
        [("day", EventExceptionBlock())],
        verbose_name=_("days on which it does not take place"),
        blank=True,
        default=list,
    )
    place = models.CharField(_("place"), max_length=120)
    address = models.CharField(_("location"), max_length=200, blank=True)
    price = models.CharField(_("price"), max_length=60, blank=True, help_text=_("Short: “Free”, “CHF 12.–”."))
    price_note = models.CharField(_("registration, reductions"), max_length=120, blank=True)
    access = models.CharField(_("access without barriers"), max_length=60, blank=True)
    access_note = models.CharField(_("more on access"), max_length=120, blank=True)
    host = models.ForeignKey(
        "news_directory.DirectoryEntry",
        models.SET_NULL,
        verbose_name=_("association or company that organises it"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_(
            "Choose it from the directory. The page links to its entry, and the entry shows the date."
        ),
    )
    organiser = models.CharField(
        _("organised by"),
        max_length=200,
        blank=True,
        help_text=_("Full name. If empty, the name in the directory."),
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
            raise ValidationError({"end": _("The end must be after the start time.")})
        if self.repeats and self.start:
            self._clean_rhythm()

    def _clean_rhythm(self):
        if not self.until and not self.times:
            raise ValidationError({"until": _("Enter the end of the repetition, or the number of times.")})
        if self.until and self.until < self.first_day:
            raise ValidationError({"until": _("The end of the repetition must be after the start.")})
        if self.repeats == Frequency.MONTH_LAST and not is_last_weekday_of_month(self.first_day):
            raise ValidationError(
                {"repeats": _("Choose a start date with a weekday that occurs again in the same month.")}
            )
        if self.end and self.end - self.start >= timedelta(days=7):
            raise ValidationError({"end": _("A repeated event must last less than a week.")})
        if not agenda.occurrences_of(self):
            raise ValidationError({"exceptions": _("No dates are left for this event.")})
        if idle := self._newly_idle():
            said = _("The event does not take place on %(day)s. Correct or remove this day.")
            raise ValidationError({"exceptions": said % {"day": date_format(min(idle), "l j F Y")}})

    def _newly_idle(self) -> set[date]:
        """Return the coming exceptions without effect.

        Those that were saved before are left out, so that they do not prevent other changes.
        """
        today = timezone.localdate()
        idle = agenda.ineffective_exceptions(self, today)
        before = type(self).objects.filter(pk=self.pk).first() if idle else None
        return idle - agenda.ineffective_exceptions(before, today) if before else idle

    @property
    def rhythm(self) -> str:
        """The recurrence: “Every Tuesday, until 30 June”; "" for an event that takes place once."""
        return agenda.recurrence_text(self)

    @property
    def host_url(self) -> str:
        """The address of the organiser's directory entry, in the language of the event; "" if it is not shown."""
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
        """True if all its dates are over. False without a start."""
        return self.start is not None and all(one.over for one in agenda.occurrences_of(self))

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
        dates = agenda.occurrences_of(self)
        date = agenda.representative_date(dates) or self
        return context | {
            "date": date,
            "rhythm": self.rhythm,
            "dates": [one for one in dates if not one.over] if self.repeats else [],
            "structured_data": agenda_structured_data.event_structured_data(
                self, request, date, agenda.schema_org_schedule(self, dates)
            ),
            "host_url": self.host_url,
            "calendar_url": self.get_url(request) + self.reverse_subpage("calendar"),
        }

    @path("ics/", name="calendar")
    def calendar(self, request):
        """Return the event with all its dates as a calendar file."""
        return ical.calendar_response(
            self.title, ical_entries.calendar_entries_of(self, request), f"{self.slug}.ics"
        )
