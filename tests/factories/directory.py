"""The directory, and pages with guides and places."""

import factory

from home.models.guide_pages import GuidePage, PlacesPage
from news.directory.models import DirectoryEntry, DirectoryPage, DirectoryTheme
from tests.factories.home import PageFactory, locale


class DirectoryThemeFactory(factory.django.DjangoModelFactory):
    name = "Musique"
    slug = factory.Sequence(lambda number: f"musique-{number}")
    locale = factory.LazyFunction(locale)

    class Meta:
        model = DirectoryTheme


class DirectoryEntryFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda number: f"Fanfare {number}")
    theme = factory.SubFactory(DirectoryThemeFactory)
    summary = "Des cuivres pour tous les âges."
    email = factory.Sequence(lambda number: f"fanfare{number}@orvenay.example")

    class Meta:
        model = DirectoryEntry


class DirectoryPageFactory(PageFactory):
    title = "Associations et entreprises"
    slug = "associations"

    class Meta:
        model = DirectoryPage


class GuidePageFactory(PageFactory):
    title = "Un enfant arrive"
    slug = "un-enfant-arrive"

    class Meta:
        model = GuidePage


class PlacesPageFactory(PageFactory):
    title = "Lieux utiles"
    slug = "lieux-utiles"

    class Meta:
        model = PlacesPage
