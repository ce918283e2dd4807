"""Cost of pages: queries with an empty cache, as in a new process or site version, and bytes for the visitor."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
import wagtail_factories
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from eservices.bookings.models import Resource
from home.models import HomePage
from news.articles.models import RelatedService
from tests.factories import bookings, catalogue, news, payments
from tests.factories import home as make
from tests.factories.cases import CaseFactory
from tests.factories.formbuilder import content, question, step
from tests.factories.newsletter import TopicFactory
from tests.support.page_size import weights

pytestmark = pytest.mark.django_db
QUERIES = 10
WEIGHT = 40_000
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def picture():
    return wagtail_factories.ImageFactory(file=get_test_image_file(size=(320, 200)))


def link(page: Page, **more) -> dict:
    return {"page": page, "url": "", "title": page.title, **more}


def text_with_links(*pages: Page):
    links = " ".join(f'<a linktype="page" id="{page.pk}">{page.title}</a>' for page in pages)
    return ("text", f"<p>À lire aussi : {links}</p>")


@pytest.fixture(scope="module")
def town(module_db):
    """Addresses of the pages of a realistic site, by type: two languages, pictures, articles, events and a counter."""
    make.CommuneSettingsFactory(colour="#0a5c36")
    home = make.make_site(panorama=picture(), share_image=picture())
    make.translated(home, "de", title="Startseite")
    sections = [make.SectionPageFactory(parent=home, title=title) for title in ("Vivre", "Autorités", "Lac")]
    pages = [
        make.ContentPageFactory(parent=section, title=f"{section.title} {number}")
        for section in sections
        for number in range(4)
    ]
    below = make.ContentPageFactory(parent=pages[0], title="Amarrage")
    content = content_page(below, pages)
    make.translated(content, "de", title="Der Hafen")
    make.OfficePageFactory(parent=sections[0], on_home=True)
    make.WasteCollectionFactory(first_on=date(2026, 11, 25))
    counter, service = online_counter(home)
    index, article = newsroom(home, service)
    make.SectionPageFactory(parent=sections[0])
    make.ContactPageFactory(parent=sections[0])
    agenda = news.EventIndexPageFactory(parent=home)
    events = [
        news.EventPageFactory(parent=agenda, picture=picture(), picture_alt="Le port") for _ in range(5)
    ]
    front(home, pages)
    return {
        "home": "/",
        "home in German": "/de/",
        "section": sections[0].url,
        "content": content.url,
        "content in German": content.get_translations().get().url,
        "news": index.url,
        "article": article.url,
        "article in German": article.get_translations().get().url,
        "agenda": agenda.url,
        "event": events[0].url,
        "counter": counter.url,
        "counter with hits": f"{counter.url}?q=attestation",
        "service": service.url,
        "service with bookings": bookable(counter).url,
        "prices": price_list(sections[1]).url,
        "search with hits": "/recherche/?q=amarrage",
        "newsletter": "/infolettre/",
    }


def bookable(counter):
    payments.entry("salle")
    for key in ("salle", "jardin"):
        bookings.resource(key, rates=[bookings.rate("salle")] * 4)
    asked = question("quand", "booking", settings={"resources": ["salle", "jardin"]})
    service = catalogue.make_service(counter, catalogue.SERVICE | content(step("un", asked), slug="location"))
    service.contact = make.ContactFactory()
    return make.published(service)


def price_list(section):
    keys = [f"taxe-{number}" for number in range(8)]
    for key in keys:
        payments.entry(key)
    fees = [{"entry": key, "label": ""} for key in keys]
    return make.ContentPageFactory(parent=section, body=[("fees", fees)])


def front(home, pages) -> None:
    """Fill the home page with tasks and footer links, and add an alert on every page."""
    home = type(home).objects.get(pk=home.pk)
    home.tasks = [("task", link(page, icon="move", text="")) for page in pages[:6]]
    home.footer_links = [("link", link(page)) for page in pages[6:9]]
    make.published(home)
    make.AlertFactory(page=pages[9], sections=[("page", pages[8]), ("page", home)])


def content_page(page, others):
    person, contact = make.PersonFactory(photo=picture()), make.ContactFactory()
    page.picture, page.picture_alt = picture(), "Le port"
    page.body = [
        text_with_links(*others[:3]),
        *(("picture", {"image": picture(), "alt": "Une barque", "caption": ""}) for _ in range(3)),
        ("person", person),
    ]
    page.aside = [("contact", contact)]
    return make.published(page)


def newsroom(home, service):
    index = news.NewsIndexPageFactory(parent=home)
    categories = [news.NewsCategoryFactory(slug=slug, name=slug) for slug in ("lac", "chantiers")]
    articles = [
        news.NewsPageFactory(
            parent=index, category=categories[number % 2], picture=picture(), picture_alt="Le port"
        )
        for number in range(6)
    ]
    article = articles[-1]
    article.topics = [TopicFactory()]
    article.related_services = [RelatedService(service=service)]
    article.body = [("picture", {"image": picture(), "alt": "Une barque", "caption": ""}) for _ in range(2)]
    article = make.published(article)
    german = make.translated(article, "de", title="Bauarbeiten")
    german.topics = []
    make.published(german)
    return index, article


def online_counter(home):
    counter = catalogue.make_counter(home)
    situations = [catalogue.make_situation(f"situation-{number}", f"Je {number}") for number in range(3)]
    services = [
        catalogue.make_service(
            counter,
            catalogue.SERVICE | {"slug": f"service-{number}"},
            situations=[situations[number % 3].slug],
            lead="Elle prouve que vous habitez ici.",
        )
        for number in range(6)
    ]
    service = services[0]
    service.without_computer, service.contact = text_with_links(home)[1], make.ContactFactory()
    return counter, make.published(service)


def clear_all_caches() -> None:
    """Clear all caches, as in a new process."""
    cache.clear()
    ContentType.objects.clear_cache()


@time_machine.travel(NOW, tick=False)
def test_every_page_type_is_within_query_and_weight_limits(client, town):
    costs, loads = {}, {}
    for kind, address in town.items():
        assert client.get(address).status_code == 200  # renders its images
        clear_all_caches()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        costs[kind], loads[kind] = len(queries), weights(page.content)
    assert {kind: cost for kind, cost in costs.items() if cost > QUERIES} == {}, costs
    case = CaseFactory(answered=True)
    status = f"/dossier/{case.links.get(mailed=True).secret}/"
    loads["status"] = weights(client.get(status).content)
    for load in loads.values():
        assert {"site.css", "app.js", "icons.svg", "arms.svg"} <= set(load)
    assert {kind: load for kind, load in loads.items() if sum(load.values()) > WEIGHT} == {}


def test_pictures_and_people_add_no_queries(client, town):
    body = [("person", make.PersonFactory(photo=picture())) for _ in range(8)]
    body += [("picture", {"image": picture(), "alt": "", "caption": ""}) for _ in range(8)]
    page = make.ContentPageFactory(parent=HomePage.objects.get(locale=make.locale()), body=body)
    assert client.get(page.url).status_code == 200
    clear_all_caches()
    with CaptureQueriesContext(connection) as queries:
        client.get(page.url)
    assert len(queries) <= QUERIES


def test_booking_prices_add_no_queries(client, town):
    address = town["service with bookings"]

    def cost(rates: int) -> int:
        for room in Resource.objects.all():
            room.rates = json.dumps([bookings.rate("salle")] * rates)
            room.save()
        client.get(address)
        clear_all_caches()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    assert cost(rates=8) == cost(rates=1)
