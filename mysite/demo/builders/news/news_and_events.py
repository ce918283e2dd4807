"""News in four categories, and events."""

from wagtail.models import Page

from eservices.catalogue.models import ServicePage
from news.agenda.models import EventPage
from news.articles.models import NewsCategory, NewsPage, RelatedService
from newsletter.models import Topic

from ... import clock
from ...markup import BlockBuilder, ContentEntry, read_content
from ..context import LANGUAGES, DemoContext
from ..home.commune import as_stream
from ..home.page_tree import publish_page

CATEGORIES = [
    (
        "chantiers",
        (
            "Chantiers et environnement",
            "Baustellen und Umwelt",
            "Works and environment",
            "Cantieri e ambiente",
        ),
    ),
    ("politique", ("Politique", "Politik", "Politics", "Politica")),
    ("ecole", ("École et enfance", "Schule und Kinder", "School and children", "Scuola e infanzia")),
    ("vie", ("Vie du village", "Dorfleben", "Village life", "Vita del paese")),
]
TOPICS = [
    (
        "chantiers",
        ("Chantiers et circulation", "Baustellen und Verkehr", "Works and traffic", "Cantieri e traffico"),
        (
            "Ce qui se ferme, ce qui s’ouvre, par où passer.",
            "Was gesperrt ist, was öffnet, wo man durchkommt.",
            "What closes, what opens, how to get past.",
            "Che cosa si chiude, che cosa riapre, da dove passare.",
        ),
    ),
    (
        "politique",
        (
            "Décisions et votations",
            "Entscheide und Abstimmungen",
            "Decisions and votes",
            "Decisioni e votazioni",
        ),
        (
            "Ce que la Municipalité et le Conseil décident.",
            "Was Gemeinderat und Parlament entscheiden.",
            "What Municipality and Council decide.",
            "Che cosa decidono Municipio e Consiglio.",
        ),
    ),
    (
        "agenda",
        ("Vie du village", "Dorfleben", "Village life", "Vita del paese"),
        (
            "Fêtes, marchés, école, déchets : la lettre du jeudi.",
            "Feste, Märkte, Schule, Abfall: der Brief vom Donnerstag.",
            "Festivals, markets, school, waste: the Thursday letter.",
            "Feste, mercati, scuola, rifiuti: la lettera del giovedì.",
        ),
    ),
]


def create_categories_and_topics(world: DemoContext) -> None:
    """Create categories of news and topics of the newsletter, in every language."""
    for order, (slug, names) in enumerate(CATEGORIES):
        _translated(world, world.categories, slug, NewsCategory(slug=slug, order=order), names)
    for order, (key, names, descriptions) in enumerate(TOPICS):
        _translated(world, world.topics, key, Topic(order=order), names, descriptions)


def _translated(
    world: DemoContext, kept: dict, key: str, first, names, descriptions=("", "", "", "")
) -> None:
    source = None
    for language, name, description in zip(LANGUAGES, names, descriptions, strict=True):
        one = source.copy_for_translation(world.locales[language]) if source else first
        one.locale, one.name = world.locales[language], name
        if description:
            one.description = description
        one.save()
        kept[key, language] = one
        source = source or one


def build(world: DemoContext) -> None:
    for entry in read_content("fr", "news", world.today):
        create_article(entry, world)
    for entry in read_content("fr", "events", world.today):
        create_event(entry, world)


def create_article(entry: ContentEntry, world: DemoContext) -> None:
    """Create an article. Its topics match those that subscribers chose."""
    day = clock.parse_day(entry["date"], world.today)
    page = NewsPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        date=day,
        author=entry["author"].removeprefix("par "),
        category=world.categories[entry["category"], "fr"],
        picture=world.images.get(entry["picture"]),
        picture_alt=world.images[entry["picture"]].description if entry["picture"] else "",
        picture_caption=entry["caption"],
        locale=world.locales["fr"],
        live=False,
    )
    page.body = as_stream(page, "body", BlockBuilder(entry, world.find("fr")).body())
    page.topics = [world.topics[key, "fr"] for key in entry["topics"].split()]
    services = ServicePage.objects.filter(pk__in=[world.pages[key] for key in entry["services"].split()])
    page.related_services = [RelatedService(service=service.page_ptr) for service in services]
    add_and_publish(page, "actualites", entry.key, clock.local_moment(day, 8), world)


def create_event(entry: ContentEntry, world: DemoContext) -> None:
    """Create an event. Its end is relative to the day of its start."""
    start = clock.parse_moment(entry["start"], world.today)
    page = EventPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        start=start,
        end=clock.parse_moment(entry["end"], start.date()),
        picture=world.images.get(entry["picture"]),
        picture_alt=world.images[entry["picture"]].description if entry["picture"] else "",
        locale=world.locales["fr"],
        live=False,
    )
    for name in ("place", "address", "price", "price_note", "access", "access_note", "organiser", "phone"):
        setattr(page, name, entry[name])
    page.host = world.directory.get(entry["host"])
    page.repeats, page.times = entry["repeats"], int(entry["times"] or 0) or None
    page.exceptions = as_stream(page, "exceptions", event_exceptions_value(entry["not"], world))
    page.body = as_stream(page, "body", BlockBuilder(entry, world.find("fr")).body())
    add_and_publish(page, "agenda", entry.key, clock.local_moment(min(start.date(), world.today), 8), world)


def event_exceptions_value(words: str, world: DemoContext) -> list[dict]:
    """Parse ``tue+2w cancelled`` into the value of a StreamField."""
    if not words:
        return []
    day, what = words.split()
    value = {"day": clock.parse_day(day, world.today).isoformat(), "what": what}
    return [{"type": "day", "value": value}]


def add_and_publish(page, parent: str, key: str, moment, world: DemoContext) -> None:
    """Add the page to the tree and publish it as of ``moment``.

    The latest time is midnight today, because the day may have just begun.
    """
    with clock.clock_at(min(moment, clock.local_moment(world.today, 0))):
        Page.objects.get(pk=world.pages[parent]).add_child(instance=page)
        publish_page(page, world)
    world.pages[key] = page.pk
