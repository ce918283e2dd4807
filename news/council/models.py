"""Pages of council meetings: the agenda, and afterwards the decisions, votes and minutes."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.search import index

from home.blocks.base import TEXT_FEATURES, raise_block_errors
from home.formats import ical
from home.links.page_links import full_page_url
from home.localization.dates import date_format
from home.localization.times import format_time
from home.models import BasePage
from home.models.base import BasePageQuerySet
from home.search import document_texts

OUTCOMES = [
    ("accepted", _("Accepted")),
    ("amended", _("Accepted with amendments")),
    ("refused", _("Refused")),
    ("postponed", _("Postponed")),
    ("referred", _("Referred to the executive")),
    ("noted", _("Noted")),
    ("withdrawn", _("Withdrawn")),
]
VOTES = ("votes_for", "votes_against", "abstentions")


class AgendaItemValue(blocks.StructValue):
    """An agenda item."""

    @property
    def outcome_words(self) -> str:
        return str(dict(OUTCOMES).get(self.get("outcome"), ""))

    @property
    def votes(self) -> str:
        """The votes as text: “34 yes, 10 no, 3 abstentions”; "" if they were not counted."""
        if self.get("votes_for") is None:
            return ""
        numbers = {name: self.get(name) or 0 for name in VOTES}
        return gettext("{votes_for} yes, {votes_against} no, {abstentions} abstentions").format(**numbers)


class AgendaItemBlock(blocks.StructBlock):
    """An agenda item with its document, and the decision after the meeting."""

    title = blocks.CharBlock(label=_("Point"), max_length=200)
    text = blocks.RichTextBlock(required=False, features=TEXT_FEATURES, label=_("Subject of the item"))
    document = DocumentChooserBlock(required=False, label=_("Paper"))
    outcome = blocks.ChoiceBlock(choices=OUTCOMES, required=False, label=_("Decision taken"))
    votes_for = blocks.IntegerBlock(required=False, min_value=0, max_value=9999, label=_("Yes"))
    votes_against = blocks.IntegerBlock(required=False, min_value=0, max_value=9999, label=_("No"))
    abstentions = blocks.IntegerBlock(required=False, min_value=0, max_value=9999, label=_("Abstentions"))

    class Meta:
        icon = "list-ol"
        label = _("Point")
        value_class = AgendaItemValue
        preview_value = {
            "title": _("Budget"),
            "text": "",
            "document": None,
            "outcome": "accepted",
            "votes_for": 34,
            "votes_against": 10,
            "abstentions": 3,
        }

    def clean(self, value):
        value = super().clean(value)
        counted = [value.get(name) is not None for name in VOTES[:2]]
        if any(value.get(name) is not None for name in VOTES) and not all(counted):
            raise_block_errors(votes_for=_("Enter both the number of yes votes and the number of no votes."))
        if any(counted) and not value.get("outcome"):
            raise_block_errors(outcome=_("Enter the decision that was taken with these votes."))
        return value


class MeetingIndexPage(RoutablePageMixin, BasePage):
    """All meetings of a council: the next first, then past ones by year."""

    page_description = _("The council’s meetings, with a page for each agenda, minutes and votes.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = ["news_council.MeetingPage"]
    template = "news/council/meeting_index_page.html"

    class Meta:
        verbose_name = _("council meetings")
        verbose_name_plural = _("council meetings")

    def meetings(self):
        return MeetingPage.objects.child_of(self).open_to_all().defer_streamfields()

    def get_context(self, request, *args, **kwargs):
        now = timezone.now()
        years: dict[int, list[MeetingPage]] = {}
        for meeting in self.meetings().past(now).select_related("minutes"):
            years.setdefault(meeting.day.year, []).append(meeting)
        return super().get_context(request, *args, **kwargs) | {
            "coming": self.meetings().upcoming(now),
            "years": list(years.items()),
            "index_url": self.get_url(request),
        }

    @path("ics/", name="calendar")
    def calendar(self, request):
        """Return the coming meetings and those of the last year as a calendar to subscribe to."""
        since = timezone.now() - timedelta(days=366)
        meetings = self.meetings().filter(start__gte=since).order_by("start")
        return ical.calendar_response(
            self.title, [meeting.entry(request) for meeting in meetings], "seances.ics"
        )


class MeetingQuerySet(BasePageQuerySet):
    def upcoming(self, now: datetime) -> Self:
        """Filter the meetings of today and later, the next first."""
        return self.filter(start__gte=_midnight(now)).order_by("start", "pk")

    def past(self, now: datetime) -> Self:
        """Filter the meetings before today, the latest first."""
        return self.filter(start__lt=_midnight(now)).order_by("-start", "-pk")


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


class MeetingPage(RoutablePageMixin, BasePage):
    """A council meeting."""

    in_plan = False
    search_kind = "meeting"
    parent_page_types = ["news_council.MeetingIndexPage"]
    subpage_types = []
    template = "news/council/meeting_page.html"

    start = models.DateTimeField(_("begins"), db_index=True)
    place = models.CharField(_("place"), max_length=120)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    agenda = StreamField(
        [("item", AgendaItemBlock())],
        verbose_name=pgettext_lazy("of a meeting", "agenda"),
        blank=True,
        default=list,
    )
    minutes = models.ForeignKey(
        "wagtaildocs.Document",
        models.SET_NULL,
        verbose_name=_("minutes"),
        null=True,
        blank=True,
        related_name="+",
    )
    minutes_approved = models.DateField(
        _("minutes approved on"),
        null=True,
        blank=True,
        help_text=_("If empty, the page describes them as provisional."),
    )

    objects = PageManager.from_queryset(MeetingQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("start"), FieldPanel("place")]), FieldPanel("cancelled")],
            heading=_("Place and time"),
        ),
        FieldPanel("agenda"),
        MultiFieldPanel([FieldPanel("minutes"), FieldPanel("minutes_approved")], heading=_("Minutes")),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("agenda"), index.FilterField("start")]

    class Meta:
        verbose_name = _("council meeting")
        verbose_name_plural = _("council meetings")

    @property
    def day(self):
        return timezone.localdate(self.start)

    @property
    def time_text(self) -> str:
        """Day and time as text: “Thursday 10 December 2026, 20:00”."""
        return f"{capfirst(date_format(self.day, 'l j F Y'))}, {format_time(self.start)}"

    @property
    def over(self) -> bool:
        return self.day < timezone.localdate()

    @property
    def search_date(self) -> datetime:
        return self.start

    def search_meta(self) -> str:
        return f"{date_format(self.day)}, {self.place}"

    def search_text(self) -> str:
        points = [words for block in self.agenda for words in block.block.get_searchable_content(block.value)]
        return "\n".join([self.lead, *map(str, points)]).strip()

    def search_files(self):
        return document_texts.documents_on_page(self)

    @path("ics/", name="calendar")
    def calendar(self, request):
        """Return the meeting as a calendar file."""
        return ical.calendar_response(self.title, [self.entry(request)], f"{self.slug}.ics")

    def entry(self, request) -> ical.CalendarEntry:
        """Build the calendar entry. It lasts two hours, because the end of a meeting is not known."""
        return ical.CalendarEntry(
            uid=str(self.translation_key),
            stamp=self.last_published_at or self.start,
            start=self.start,
            end=self.start + timedelta(hours=2),
            title=self.title,
            text=self.lead,
            place=self.place,
            url=full_page_url(self, request),
            cancelled=self.cancelled,
        )
