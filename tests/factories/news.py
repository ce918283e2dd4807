"""News, events, notices and other pages of the news apps."""

from datetime import date, datetime

import factory
from django.utils import timezone
from wagtail_factories import DocumentFactory

from news.agenda.models import EventIndexPage, EventPage
from news.articles.models import NewsCategory, NewsIndexPage, NewsPage
from news.council.models import MeetingIndexPage, MeetingPage
from news.library.models import DocumentKind, LibraryPage, Publication
from news.official_notices.models import OfficialNoticeIndexPage, OfficialNoticePage, OfficialNoticeType
from news.vacancies.models import VacancyIndexPage, VacancyPage
from news.waste.models import WasteCalendarPage
from tests.factories.home import PageFactory, locale


def moment(*parts) -> datetime:
    """Return a time in the commune's time zone."""
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


class NoticeKindFactory(factory.django.DjangoModelFactory):
    name = "Enquête publique"
    days = 30
    locale = factory.LazyFunction(locale)

    class Meta:
        model = OfficialNoticeType


class NoticeIndexPageFactory(PageFactory):
    title = "Pilier public"
    slug = "pilier-public"

    class Meta:
        model = OfficialNoticeIndexPage


class NoticePageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Villa {number}")
    slug = factory.Sequence(lambda number: f"villa-{number}")
    kind = factory.SubFactory(NoticeKindFactory)
    first_day = date(2026, 11, 2)

    class Meta:
        model = OfficialNoticePage


class MeetingIndexPageFactory(PageFactory):
    title = "Séances du Conseil"
    slug = "seances"

    class Meta:
        model = MeetingIndexPage


class MeetingPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Séance {number}")
    slug = factory.Sequence(lambda number: f"seance-{number}")
    start = factory.LazyFunction(lambda: moment(2026, 12, 10, 20))
    place = "Salle du Conseil"

    class Meta:
        model = MeetingPage


class DocumentKindFactory(factory.django.DjangoModelFactory):
    name = "Règlements"
    slug = "reglements"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = DocumentKind


class PublicationFactory(factory.django.DjangoModelFactory):
    title = factory.Sequence(lambda number: f"Règlement {number}")
    kind = factory.SubFactory(DocumentKindFactory)
    date = date(2026, 3, 2)
    document = factory.SubFactory(DocumentFactory, title="Fichier")

    class Meta:
        model = Publication


class LibraryPageFactory(PageFactory):
    title = "Documents"
    slug = "documents-officiels"

    class Meta:
        model = LibraryPage


class JobIndexPageFactory(PageFactory):
    title = "Emplois"
    slug = "emplois"

    class Meta:
        model = VacancyIndexPage


class JobPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Jardinière {number}")
    slug = factory.Sequence(lambda number: f"jardiniere-{number}")
    closes_on = date(2026, 12, 12)
    email = "rh@orvenay.example"

    class Meta:
        model = VacancyPage


class WasteCalendarPageFactory(PageFactory):
    title = "Collectes"
    slug = "collectes"

    class Meta:
        model = WasteCalendarPage
