"""News and events in any situation."""

from datetime import date, datetime

import factory
from django.utils import timezone

from news.models import EventIndexPage, EventPage, NewsCategory, NewsIndexPage, NewsPage

from .home import PageFactory, locale


def moment(*parts) -> datetime:
    """An hour in the commune's time zone."""
    return timezone.make_aware(datetime(*parts))


class NewsCategoryFactory(factory.django.DjangoModelFactory):
    name = "Chantiers"
    slug = "chantiers"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = NewsCategory


class NewsIndexPageFactory(PageFactory):
    title = "Actualités"
    slug = "actualites"
    show_in_menus = True

    class Meta:
        model = NewsIndexPage


class NewsPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Nouvelle {number}")
    slug = factory.Sequence(lambda number: f"nouvelle-{number}")
    lead = "Les travaux commencent le 7 décembre."
    date = date(2026, 11, 24)
    category = factory.SubFactory(NewsCategoryFactory)

    class Meta:
        model = NewsPage


class EventIndexPageFactory(PageFactory):
    title = "Agenda"
    slug = "agenda"

    class Meta:
        model = EventIndexPage


class EventPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Fête {number}")
    slug = factory.Sequence(lambda number: f"fete-{number}")
    start = factory.LazyFunction(lambda: moment(2026, 12, 6, 17))
    end = factory.LazyFunction(lambda: moment(2026, 12, 6, 19))
    place = "Débarcadère"

    class Meta:
        model = EventPage
