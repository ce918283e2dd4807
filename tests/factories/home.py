"""The website in any situation."""

from datetime import time

import factory
import wagtail_factories
from django.utils import translation
from django.utils.text import slugify
from wagtail.models import Locale, Page, Site

from home.alerts.levels import AlertLevel
from home.alerts.models import Alert
from home.bundles.models import Bundle, BundleEntry
from home.models import (
    CommuneSettings,
    Contact,
    ContactPage,
    ContentPage,
    HomePage,
    OfficePage,
    Person,
    SectionPage,
    SharedCallout,
)
from news.waste.models import WasteCollection, WasteDistrict

WEEK = [("opening", {"day": str(day), "opens": time(8), "closes": time(11, 30)}) for day in range(5)]


def locale(code: str = "fr") -> Locale:
    return Locale.objects.get_or_create(language_code=code)[0]


def make_site(**home) -> HomePage:
    """Create the default site with a French home page, instead of Wagtail's welcome page."""
    page = HomePage(**({"title": "Accueil", "slug": "accueil", "locale": locale()} | home))
    Page.objects.get(depth=1).add_child(instance=page)
    Site.objects.all().delete()
    Site.objects.create(hostname="testserver", root_page=page, is_default_site=True)
    Site.clear_site_root_paths_cache()
    return page


def second_site(hostname: str) -> HomePage:
    """Create a second site and return its home page."""
    page = HomePage(title="Autre", slug=slugify(hostname), locale=locale())
    Page.objects.get(depth=1).add_child(instance=page)
    Site.objects.create(hostname=hostname, root_page=page)
    return page


def translated(page: Page, code: str, **changes) -> Page:
    """Return a published translation of a page."""
    copy = page.copy_for_translation(locale(code), copy_parents=True)
    for name, value in changes.items():
        setattr(copy, name, value)
    with translation.override(code):
        copy.save_revision().publish()
    Site.clear_site_root_paths_cache()
    return type(page).objects.get(pk=copy.pk)


def published(page: Page) -> Page:
    """Publish a page, which also indexes it for search."""
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


class PageFactory(wagtail_factories.PageFactory):
    locale = factory.LazyFunction(locale)
    lead = "Une ou deux phrases qui répondent."

    class Meta:
        abstract = True


class SectionPageFactory(PageFactory):
    title = "Vivre ici"
    show_in_menus = True

    class Meta:
        model = SectionPage


class ContentPageFactory(PageFactory):
    title = "Le port"

    class Meta:
        model = ContentPage


class OfficePageFactory(PageFactory):
    title = "Déchèterie"
    hours = WEEK

    class Meta:
        model = OfficePage


class ContactPageFactory(PageFactory):
    title = "Contact"

    class Meta:
        model = ContactPage


class PersonFactory(factory.django.DjangoModelFactory):
    name = "Huguette Perrin"
    role = "Syndique"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = Person


class ContactFactory(factory.django.DjangoModelFactory):
    title = "Contrôle des habitants"
    phone = "021 000 42 20"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = Contact


class WasteCollectionFactory(factory.django.DjangoModelFactory):
    title = "Papier et carton"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = WasteCollection


class WasteDistrictFactory(factory.django.DjangoModelFactory):
    name = "Bourg"
    slug = "bourg"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = WasteDistrict


class CommuneSettingsFactory(factory.django.DjangoModelFactory):
    name = "Orvenay"
    kind = "Commune d’Orvenay"
    street = "Place de l’Orme 2"
    postcode = "1199"
    town = "Orvenay"
    phone = "021 000 42 10"
    email = "greffe@orvenay.example"
    hours = WEEK

    class Meta:
        model = CommuneSettings


class AlertFactory(factory.django.DjangoModelFactory):
    """An active alert on all pages. ``title=``, ``text=`` and other texts are French; ``texts=`` replaces them."""

    level = AlertLevel.ATTENTION
    live = False

    class Meta:
        model = Alert

    @classmethod
    def _create(cls, model_class, *args, texts=None, publish=True, **fields):
        names = [name for name in ("title", "text", "details", "link_text", "sms") if name in fields]
        words = {"title": "Eau coupée"} | {name: fields.pop(name) for name in names}
        alert = model_class(texts=texts or [("fr", words)], **fields)
        alert.save()
        revision = alert.save_revision()
        if publish:
            revision.publish()
        return model_class.objects.get(pk=alert.pk)


class SharedNoticeFactory(factory.django.DjangoModelFactory):
    title = "Piquet"
    text = "<p>Le piquet répond jour et nuit.</p>"
    locale = factory.LazyFunction(locale)

    class Meta:
        model = SharedCallout


class BundleFactory(factory.django.DjangoModelFactory):
    title = "Rentrée"

    class Meta:
        model = Bundle

    @classmethod
    def _create(cls, model_class, *args, pages=(), **fields):
        bundle = model_class(**fields)
        bundle.entries = [BundleEntry(page_id=page.pk) for page in pages]
        bundle.save()
        return bundle
