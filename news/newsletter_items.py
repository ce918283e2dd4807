"""What letters tell of: news, events, official notices, meetings of the council, jobs."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from home.dates import date_format
from home.links import full_address
from newsletter.items import Entry, Title, items

from .agenda import dates as agenda


class Pages:
    """Pages of one model, in the language of the reader where they are translated and published."""

    def entries(self, pages: list[Page], language: str) -> dict[int, Entry]:
        topics = self.topics({page.translation_key for page in pages})
        return {
            key: self.entry(page, frozenset(topics.get(page.translation_key, ())))
            for key, page in _read_in(language, pages, self.public()).items()
        }

    def titles(self, pages: list[Page], language: str) -> dict[int, Title]:
        shown = self.public().prefetch_related(None).select_related(None).select_related("locale")
        shown = shown.only("title", "translation_key", "locale")
        found = _read_in(language, pages, shown)
        return {key: Title(page.title, page.locale.language_code) for key, page in found.items()}

    def public(self):
        """What everybody may see, with what an entry shows of it."""
        shown = self.model().objects.open_to_all().select_related("locale", "picture")
        return shown.prefetch_related("picture__renditions")

    def entry(self, page, topics: frozenset) -> Entry:
        return Entry(
            title=page.title,
            url=full_address(page),
            language=page.locale.language_code,
            lead=self.lead(page),
            picture=page.picture,
            alt=page.alt,
            day=self.day(page),
            topics=topics,
        )

    def topics(self, keys: set) -> dict:
        """The topics of each page by its translation key, those of all its languages together."""
        if not hasattr(self.model(), "topics"):
            return {}
        page, found = self.model()._meta.model_name, defaultdict(set)
        rows = self.model().topics.through.objects.filter(**{f"{page}__translation_key__in": keys})
        for key, topic in rows.values_list(f"{page}__translation_key", "topic__translation_key"):
            found[key].add(topic)
        return found

    def day(self, page):
        return None


def _read_in(language: str, pages: list[Page], shown) -> dict[int, Page]:
    """By the ids of the pages the one of ``shown`` that a reader gets: its translation, else itself."""
    by_key: dict = defaultdict(dict)
    for page in shown.filter(translation_key__in={page.translation_key for page in pages}):
        by_key[page.translation_key][page.locale.language_code] = page
    found = {}
    for page in pages:
        translations = by_key[page.translation_key]
        own = next((one for one in translations.values() if one.pk == page.pk), None)
        if best := translations.get(language) or own:
            found[page.pk] = best
    return found


class News(Pages):
    label, icon, page_type = _("News"), "doc-full", "news.NewsPage"

    def model(self):
        from .models import NewsPage  # the models of the newsletter ask for this file while they load

        return NewsPage

    def lead(self, page) -> str:
        return page.lead

    def fresh(self, since, until, ahead) -> list[Page]:
        published = self.model().objects.open_to_all().filter(first_published_at__gt=since)
        published = published.filter(first_published_at__lte=until)
        return each_once(published.order_by("-date", "-pk").select_related("locale"))


class Events(Pages):
    label, icon, page_type = _("Event"), "date", "news.EventPage"

    def model(self):
        from .models import EventPage

        return EventPage

    def lead(self, page) -> str:
        if page.repeats:
            return ", ".join(filter(None, (page.rhythm, page.begins, page.place)))
        return ", ".join(filter(None, (page.when, page.place)))

    def day(self, page):
        """The next date: of what comes back the one that is near."""
        date = agenda.shown(agenda.dates_of(page))
        return date.first_day if date else page.first_day

    def fresh(self, since, until, ahead) -> list[Page]:
        """Those with a date in the time ahead that is not cancelled, the nearest first."""
        from .models import EventDate

        ahead_of_it = EventDate.objects.filter(event=OuterRef("pk"), start__gt=until, start__lte=ahead)
        nearest = ahead_of_it.filter(cancelled=False).order_by("start").values("start")[:1]
        coming = self.model().objects.open_to_all().annotate(nearest=Subquery(nearest))
        coming = coming.filter(nearest__isnull=False).order_by("nearest", "pk")
        return each_once(coming.select_related("locale"))


class Notices(Pages):
    """As long as they are posted: then archived letters show them no longer."""

    label, icon, page_type = _("Official notice"), "thumbtack", "news.NoticePage"

    def model(self):
        from .models import NoticePage

        return NoticePage

    def public(self):
        return self.model().objects.posted(timezone.now()).select_related("locale")

    def entry(self, page, topics: frozenset) -> Entry:
        return plain_entry(page, self.lead(page))

    def lead(self, page) -> str:
        posted = gettext("Posted until {day}").format(day=date_format(page.last_day))
        return f"{page.lead} {posted}.".strip()

    def fresh(self, since, until, ahead) -> list[Page]:
        """Those whose days began, and those that were published after their days had begun."""
        days = {"first_day__gt": timezone.localdate(since), "first_day__lte": timezone.localdate(until)}
        late = {"first_published_at__gt": since, "first_published_at__lte": until}
        begun = self.model().objects.posted(until).filter(Q(**days) | Q(**late))
        return each_once(begun.order_by("-first_day", "-pk").select_related("locale"))


class Meetings(Pages):
    """Meetings of the council, as dates."""

    label, icon, page_type = _("Council meeting"), "group", "news.MeetingPage"

    def model(self):
        from .models import MeetingPage

        return MeetingPage

    def public(self):
        return self.model().objects.open_to_all().select_related("locale")

    def entry(self, page, topics: frozenset) -> Entry:
        return plain_entry(page, f"{page.when}, {page.place}", day=page.day)

    def fresh(self, since, until, ahead) -> list[Page]:
        coming = self.model().objects.open_to_all().filter(start__gt=until, start__lte=ahead, cancelled=False)
        return each_once(coming.order_by("start", "pk").select_related("locale"))


class Jobs(Pages):
    """As long as one may apply."""

    label, icon, page_type = _("Job"), "user", "news.JobPage"

    def model(self):
        from .models import JobPage

        return JobPage

    def public(self):
        return self.model().objects.vacant(timezone.now()).select_related("locale")

    def entry(self, page, topics: frozenset) -> Entry:
        return plain_entry(page, page.lead)

    def fresh(self, since, until, ahead) -> list[Page]:
        new = self.model().objects.vacant(until).filter(first_published_at__gt=since)
        return each_once(new.filter(first_published_at__lte=until).select_related("locale"))


def plain_entry(page, lead: str, **more) -> Entry:
    """A page without picture and topics."""
    return Entry(page.title, full_address(page), page.locale.language_code, lead, **more)


items.register("news")(News())
items.register("event")(Events())
items.register("notice")(Notices())
items.register("meeting")(Meetings())
items.register("job")(Jobs())


def each_once(pages: Iterable[Page]) -> list[Page]:
    """Of pages that are translations of each other only the first."""
    return list({page.translation_key: page for page in reversed(list(pages))}.values())[::-1]
