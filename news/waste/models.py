"""The page of the waste calendar, and the reminders."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Self

from django.db import models
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.search import index

from home.blocks.content import ContentBlocks
from home.fields import LiveStreamField
from home.formats import ical
from home.links.page_links import full_page_url
from home.localization.times import format_time
from home.models import BasePage
from home.web.opt_ins import EmailedLinkQuerySet, OptIn

from .collection_dates import collections_by_day, series_for_district
from .districts import WasteCollection, WasteDistrict
from .forms import ReminderForm
from .reminder_times import ReminderTime

DAYS_SHOWN, DAYS_IN_CALENDARS = 70, 366


class WasteCalendarPage(RoutablePageMixin, BasePage):
    """The collections of a district by day."""

    menu_icon = "bin"
    page_description = _("Waste collection dates by type and district, with reminders.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = []
    template = "news/waste/calendar_page.html"

    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True, default=list)

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("waste calendar")
        verbose_name_plural = _("waste calendars")

    def districts(self) -> list[WasteDistrict]:
        return WasteDistrict.in_language(self.locale.language_code)

    def district(self, slug: str) -> WasteDistrict | None:
        """Return the district of a slug; None if it is empty. Raise Http404 if it is unknown."""
        found = [one for one in self.districts() if one.slug == slug]
        if slug and not found:
            raise Http404
        return found[0] if found else None

    def days(self, district: WasteDistrict | None, days: int) -> list:
        rounds = WasteCollection.rounds(self.locale.language_code)
        ours = series_for_district(rounds, district.translation_key if district else None)
        return collections_by_day(ours, timezone.localdate(), days)

    def get_context(self, request, *args, **kwargs):
        district = self.district(request.GET.get("zone", ""))
        days = self.days(district, DAYS_SHOWN)
        months = groupby(days, lambda one: one[0].replace(day=1))
        url = self.get_url(request)
        return super().get_context(request, *args, **kwargs) | {
            "district": district,
            "districts": self.districts(),
            "months": [(month, list(some)) for month, some in months],
            "page_url": url,
            "calendar_url": f"{url}{district.slug}/ics/" if district else f"{url}ics/",
            "form": ReminderForm(initial={"zone": district.slug if district else ""}),
        }

    @path("ics/", name="calendar")
    @path("<slug:zone>/ics/", name="district_calendar")
    def calendar(self, request, zone=""):
        """Return a year of collections as a calendar to subscribe to, with alarms on the evening before."""
        district = self.district(zone)
        name = f"{self.title}, {district.name}" if district else self.title
        entries = [
            self._entry(day, one, request)
            for day, some in self.days(district, DAYS_IN_CALENDARS)
            for one in some
        ]
        return ical.calendar_response(name, entries, "dechets.ics")

    def _entry(self, day, one, request) -> ical.CalendarEntry:
        return ical.CalendarEntry(
            uid=f"{self.translation_key}-{day:%Y%m%d}-{one.title.encode().hex()}-{one.district or ''}",
            stamp=self.last_published_at or timezone.now(),
            start=day,
            end=day,
            title=f"{one.title} ({one.place})" if one.place else one.title,
            text=gettext("To be put out before {hour}").format(hour=format_time(one.out_before)),
            url=full_page_url(self, request),
            alarm=timedelta(hours=6),
        )


class WasteReminderQuerySet(EmailedLinkQuerySet["WasteReminder"]):
    def due(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now).order_by("due_at", "pk")


class WasteReminder(OptIn):
    """An address that is reminded of the collections of a district, once its owner has confirmed it."""

    UNCONFIRMED = {"confirmed_at": None}

    district = models.UUIDField(_("district"), null=True, blank=True)  # its translation key
    when = models.CharField(_("when"), max_length=8, choices=ReminderTime, default=ReminderTime.EVENING)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    due_at = models.DateTimeField(_("looked at next"), null=True, blank=True, db_index=True)

    objects = WasteReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("waste reminder")
        verbose_name_plural = _("waste reminders")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["email", "district"], name="one_waste_reminder_per_district"),
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(district=None),
                name="one_waste_reminder_without_district",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def agreed_to(self, when: str, language: str) -> bool:
        """Return whether the owner confirmed this time and language."""
        return self.is_confirmed() and (self.when, self.language) == (when, language)
