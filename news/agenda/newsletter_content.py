"""Events as contents of newsletters."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from newsletter.content_types import content_types
from newsletter.page_content_types import PageContentType, unique_by_translation

from . import event_dates as agenda


class EventContent(PageContentType):
    label, icon, page_type = _("Event"), "date", "news_agenda.EventPage"

    def model(self):
        from news.agenda.models import EventPage

        return EventPage

    def lead(self, page) -> str:
        if page.repeats:
            return ", ".join(filter(None, (page.rhythm, page.begins, page.place)))
        return ", ".join(filter(None, (page.time_text, page.place)))

    def day(self, page):
        """Return the day of the next date, or of the last one if all are over."""
        date = agenda.representative_date(agenda.occurrences_of(page))
        return date.first_day if date else page.first_day

    def fresh(self, since, until, ahead) -> list[Page]:
        """Return the events with a date until ``ahead`` that is not cancelled, the nearest first."""
        from news.agenda.occurrences import EventDate

        ahead_of_it = EventDate.objects.filter(event=OuterRef("pk"), start__gt=until, start__lte=ahead)
        nearest = ahead_of_it.filter(cancelled=False).order_by("start").values("start")[:1]
        coming = self.model().objects.open_to_all().annotate(nearest=Subquery(nearest))
        coming = coming.filter(nearest__isnull=False).order_by("nearest", "pk")
        return unique_by_translation(coming.select_related("locale"))


content_types.register("event")(EventContent())
