"""News in four categories, and the agenda."""

from wagtail.models import Page

from eservices.catalogue.models import ServicePage
from news.models import EventPage, NewsCategory, NewsPage, RelatedService
from newsletter.models import Topic

from .. import clock
from ..markup import Blocks, Entry, read
from .commune import as_stream
from .site import publish
from .world import LANGUAGES, World

CATEGORIES = [
    ("chantiers", ("Chantiers et environnement", "Baustellen und Umwelt", "Works and environment")),
    ("politique", ("Politique", "Politik", "Politics")),
    ("ecole", ("École et enfance", "Schule und Kinder", "School and children")),
    ("vie", ("Vie du village", "Dorfleben", "Village life")),
]
TOPICS = [
    (
        "chantiers",
        ("Chantiers et circulation", "Baustellen und Verkehr", "Works and traffic"),
        (
            "Ce qui se ferme, ce qui s’ouvre, par où passer.",
            "Was gesperrt ist, was öffnet, wo man durchkommt.",
            "What closes, what opens, how to get past.",
        ),
    ),
    (
        "politique",
        ("Décisions et votations", "Entscheide und Abstimmungen", "Decisions and votes"),
        (
            "Ce que la Municipalité et le Conseil décident.",
            "Was Gemeinderat und Parlament entscheiden.",
            "What Municipality and Council decide.",
        ),
    ),
    (
        "agenda",
        ("Vie du village", "Dorfleben", "Village life"),
        (
            "Fêtes, marchés, école, déchets : la lettre du jeudi.",
            "Feste, Märkte, Schule, Abfall: der Brief vom Donnerstag.",
            "Festivals, markets, school, waste: the Thursday letter.",
        ),
    ),
]


def classify(world: World) -> None:
    """Categories of news and topics of the newsletter, in every language."""
    for order, (slug, names) in enumerate(CATEGORIES):
        _translated(world, world.categories, slug, NewsCategory(slug=slug, order=order), names)
    for order, (key, names, descriptions) in enumerate(TOPICS):
        _translated(world, world.topics, key, Topic(order=order), names, descriptions)


def _translated(world: World, kept: dict, key: str, first, names, descriptions=("", "", "")) -> None:
    source = None
    for language, name, description in zip(LANGUAGES, names, descriptions, strict=True):
        one = source.copy_for_translation(world.locales[language]) if source else first
        one.locale, one.name = world.locales[language], name
        if description:
            one.description = description
        one.save()
        kept[key, language] = one
        source = source or one


def build(world: World) -> None:
    for entry in read("fr", "news", world.today):
        tell(entry, world)
    for entry in read("fr", "events", world.today):
        announce(entry, world)


def tell(entry: Entry, world: World) -> None:
    """One piece of news. Its topics match what subscribers chose."""
    day = clock.day(entry["date"], world.today)
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
    page.body = as_stream(page, "body", Blocks(entry, world.find("fr")).body())
    page.topics = [world.topics[key, "fr"] for key in entry["topics"].split()]
    services = ServicePage.objects.filter(pk__in=[world.pages[key] for key in entry["services"].split()])
    page.related_services = [RelatedService(service=service.page_ptr) for service in services]
    add(page, "actualites", entry.key, clock.at(day, 8), world)


def announce(entry: Entry, world: World) -> None:
    """An event. Its end is told from the day on which it begins."""
    start = clock.moment(entry["start"], world.today)
    page = EventPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        start=start,
        end=clock.moment(entry["end"], start.date()),
        picture=world.images.get(entry["picture"]),
        picture_alt=world.images[entry["picture"]].description if entry["picture"] else "",
        locale=world.locales["fr"],
        live=False,
    )
    for name in ("place", "address", "price", "price_note", "access", "access_note", "organiser", "phone"):
        setattr(page, name, entry[name])
    page.host = world.directory.get(entry["host"])
    page.repeats, page.times = entry["repeats"], int(entry["times"] or 0) or None
    page.exceptions = as_stream(page, "exceptions", not_on(entry["not"], world))
    page.body = as_stream(page, "body", Blocks(entry, world.find("fr")).body())
    add(page, "agenda", entry.key, clock.at(min(start.date(), world.today), 8), world)


def not_on(words: str, world: World) -> list[dict]:
    """``tue+2w cancelled`` as the value of a StreamField."""
    if not words:
        return []
    day, what = words.split()
    value = {"day": clock.day(day, world.today).isoformat(), "what": what}
    return [{"type": "day", "value": value}]


def add(page, parent: str, key: str, moment, world: World) -> None:
    """Puts the page into the tree and publishes it as of ``moment``; before today, which may have just begun."""
    with clock.set_to(min(moment, clock.at(world.today, 0))):
        Page.objects.get(pk=world.pages[parent]).add_child(instance=page)
        publish(page, world)
    world.pages[key] = page.pk
