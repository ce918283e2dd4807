"""The tree of pages: first the pages with their titles, then, when all can be linked, what stands on them."""

from wagtail.models import Page, Site

from eservices.catalogue.models import ServiceIndexPage
from home.models import (
    AccessibilityPage,
    ContactPage,
    ContentPage,
    FormField,
    HomePage,
    OfficePage,
    QuestionsPage,
    SectionPage,
    SitePlanPage,
)
from news.models import (
    DirectoryPage,
    EventIndexPage,
    GuidePage,
    JobIndexPage,
    LibraryPage,
    MeetingIndexPage,
    NewsIndexPage,
    NewsPage,
    NoticeIndexPage,
    PlacesPage,
    WasteCalendarPage,
)

from .. import clock
from ..markup import Blocks, Entry, read
from ..state import UNFINISHED
from ..typography import set_in_type
from . import home_page
from .commune import as_stream, hours
from .world import FURTHER, LANGUAGES, World

KINDS = {
    "section": SectionPage,
    "office": OfficePage,
    "contact": ContactPage,
    "directory": DirectoryPage,
    "guide": GuidePage,
    "places": PlacesPage,
    "notices": NoticeIndexPage,
    "meetings": MeetingIndexPage,
    "library": LibraryPage,
    "jobs": JobIndexPage,
    "waste": WasteCalendarPage,
    "questions": QuestionsPage,
    "accessibility": AccessibilityPage,
    "plan": SitePlanPage,
    "": ContentPage,
}
OTHERS = (*LANGUAGES[1:], *FURTHER)
UNDESCRIBED = ("ecole", "lac-port")  # so that the checks have something to say
FILES = ("vivre", "autorites", "administration")
# The pages that hold what other apps publish, in the order of the menu: key → (model, title, lead).
INDEXES = {
    "guichet-en-ligne": (
        ServiceIndexPage,
        "Guichet en ligne",
        "Dix démarches, jour et nuit. La référence vient tout de suite, la réponse d’une personne.",
    ),
    "actualites": (NewsIndexPage, "Actualités", "Ce que la commune décide, construit et fête."),
    "agenda": (EventIndexPage, "Agenda", "Ce qui se passe à Orvenay dans les semaines qui viennent."),
}
MENU = ("guichet-en-ligne", "vivre", "actualites", "autorites", "administration")


def build(world: World) -> None:
    """Makes home, sections, pages and indexes, unpublished and empty, so that each can be linked."""
    home = plant_home(world)
    world.pages["home"] = home.pk
    entries = {entry.key: entry for name in FILES for entry in read("fr", name, world.today)}
    for key in [*MENU, "agenda"]:
        if key in INDEXES:
            plant_index(home, key, world)
        else:
            plant(home, entries[key], world)
    for entry in entries.values():
        if entry.key not in world.pages:
            plant(Page.objects.get(pk=world.pages[entry["parent"] or "home"]), entry, world)
    for language in OTHERS:
        for entry in read(language, "pages", world.today):
            if entry.key in world.pages:
                plant_twin(entry, world)


def plant_twin(entry: Entry, world: World) -> Page:
    """The page's copy in another language, with its own title and address."""
    source = Page.objects.get(pk=world.pages[entry.key]).specific
    twin = source.copy_for_translation(world.locales[entry.language])
    twin.title = twin.draft_title = entry["title"]
    twin.slug = entry["slug"] or twin.slug
    twin.save()
    return twin


def plant_home(world: World) -> HomePage:
    """The home page, in the place of Wagtail's own welcome page."""
    root = Page.get_first_root_node()
    for welcome in root.get_children().type(Page).exclude(pk__in=HomePage.objects.values("pk")):
        welcome.delete()
    root = Page.get_first_root_node()
    home = root.add_child(
        instance=HomePage(title="Orvenay", slug="orvenay", locale=world.locales["fr"], live=False)
    )
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name=UNFINISHED)
    return home


def plant(parent: Page, entry: Entry, world: World) -> Page:
    model = KINDS[entry["kind"]]
    page = model(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        keywords=entry["keywords"],
        search_description=entry["lead"][:250],
        show_in_menus=entry["menu"] == "yes",
        locale=world.locales["fr"],
        live=False,
    )
    Page.objects.get(pk=parent.pk).add_child(instance=page)
    world.pages[entry.key] = page.pk
    return page


def plant_index(home: HomePage, key: str, world: World) -> None:
    model, title, lead = INDEXES[key]
    page = model(title=title, slug=key, lead=lead, locale=world.locales["fr"], live=False)
    page.show_in_menus = key in MENU
    Page.objects.get(pk=home.pk).add_child(instance=page)
    world.pages[key] = page.pk


# -- what stands on them --------------------------------------------------
def fill(world: World) -> None:
    """Writes every page's content and publishes it, parents first."""
    publish(fill_home(world), world)
    for key in INDEXES:
        publish(Page.objects.get(pk=world.pages[key]).specific, world)
    for name in FILES:
        for entry in read("fr", name, world.today):
            page = Page.objects.get(pk=world.pages[entry.key]).specific
            write(page, entry, world)
            publish(page, world)


def write(page, entry: Entry, world: World) -> None:
    """Content and what belongs to the kind of page."""
    blocks = Blocks(entry, world.find(entry.language))
    if isinstance(page, GuidePage):
        page.steps = as_stream(page, "steps", steps(blocks))
    elif isinstance(page, PlacesPage):
        page.places = as_stream(page, "places", places(entry))
    elif hasattr(page, "body"):
        page.body = as_stream(page, "body", blocks.body())
    if isinstance(page, ContentPage):
        page.picture = world.images.get(entry["picture"]) or page.picture
        page.picture_alt = page.picture.title if page.picture and entry.key not in UNDESCRIBED else ""
        aside = [blocks.contact(key.split()[1]) for key in entry["aside"].split(",") if key]
        page.aside = as_stream(page, "aside", aside) if aside else page.aside
    if isinstance(page, OfficePage) and entry["hours"]:
        write_office(page, entry, world)
    if isinstance(page, AccessibilityPage):
        page.barriers = as_stream(page, "barriers", barriers(entry))
        page.authority = entry["authority"]
    if isinstance(page, ContactPage):
        write_contact(page, entry, blocks)


def steps(blocks: Blocks) -> list[dict]:
    """The numbered steps of a body as a guide's. ``… | page:key`` at the end of one leads on."""
    found = []
    for block in blocks.body():
        for item in block["value"] if block["type"] == "steps" else ():
            text, _bar, key = item["value"]["text"].partition(" | page:")
            page = blocks.find("page", key) if key else None
            value = {"title": item["value"]["title"], "text": f"<p>{text}</p>", "page": page, "label": ""}
            found.append({"type": "step", "value": value})
    return found


def places(entry: Entry) -> list[dict]:
    """``name | text | address | latitude longitude``, a line each, below its heading."""
    found = []
    for line in filter(None, entry.body.splitlines()):
        if line.startswith("## "):
            found.append({"type": "heading", "value": line[3:]})
            continue
        name, text, address, at = (set_in_type(part.strip(), entry.language) for part in line.split("|"))
        lat, lon = map(float, at.split())
        value = {"name": name, "text": text, "address": address, "lat": lat, "lon": lon, "page": None}
        found.append({"type": "place", "value": value})
    return found


def other_hours(words: str, world: World) -> list[dict]:
    """``thu+1w 13:30-16:00`` as the value of a StreamField."""
    if not words:
        return []
    day, span = words.split()
    opens, closes = span.split("-")
    value = {"day": clock.day(day, world.today).isoformat(), "opens": opens, "closes": closes}
    return [{"type": "opening", "value": value}]


def closings(words: str, world: World) -> list[dict]:
    """``sat+1w mon+2w``, the first and the last day, as the value of a StreamField."""
    if not words:
        return []
    first, last = (clock.day(day, world.today).isoformat() for day in words.split())
    return [{"type": "closing", "value": {"first": first, "last": last}}]


def write_office(page: OfficePage, entry: Entry, world: World) -> None:
    for name in ("street", "phone", "email", "access"):
        setattr(page, name, entry[name])
    page.postcode, page.town = "1199", "Orvenay"
    page.on_home = entry["on_home"] == "yes"
    page.hours = as_stream(page, "hours", hours(entry["hours"]))
    page.other_hours = as_stream(page, "other_hours", other_hours(entry["other"], world))
    page.closings = as_stream(page, "closings", closings(entry["closed"], world))


def barriers(entry: Entry) -> list[dict]:
    """``what | the way past it | mended by`` as the value of a StreamField."""
    if not entry["barrier"]:
        return []
    what, way, until = (part.strip() for part in entry["barrier"].split("|"))
    return [{"type": "barrier", "value": {"what": what, "way": way, "until": until}}]


def write_contact(page: ContactPage, entry: Entry, blocks: Blocks) -> None:
    page.thanks = blocks.rich([entry["thanks"]])
    questions = [
        ("Votre nom", "singleline", True),
        ("Votre adresse e-mail", "email", True),
        ("Votre message", "multiline", True),
    ]
    page.form_fields = [
        FormField(sort_order=n, label=label, field_type=kind, required=required, locale=page.locale)
        for n, (label, kind, required) in enumerate(questions)
    ]


def fill_home(world: World) -> HomePage:
    home = HomePage.objects.get(pk=world.pages["home"])
    home_page.write(home, "fr", world)
    return home


def publish(page, world: World) -> None:
    """As an editor would: a revision, published."""
    page.save_revision(user=world.editor, log_action=True, clean=False).publish(user=world.editor)


# -- other languages --------------------------------------------------
def translate(world: World) -> None:
    """The main pages in other languages: beside the source, with their own texts."""
    for language in OTHERS:
        for entry in read(language, "pages", world.today):
            publish(write_twin(entry, world), world)


def write_twin(entry: Entry, world: World):
    source = Page.objects.get(pk=world.pages[entry.key]).specific
    twin = source.get_translation_or_none(world.locales[entry.language])
    twin = twin.specific if twin else plant_twin(entry, world)
    if entry.key == "home":
        home_page.write(twin, entry.language, world)
        return twin
    twin.lead, twin.keywords = entry["lead"], entry["keywords"]
    twin.search_description = entry["lead"][:250]
    if hasattr(twin, "body"):
        twin.body = as_stream(twin, "body", Blocks(entry, world.find(entry.language)).body())
    if isinstance(twin, NewsPage):
        twin.picture_alt, twin.picture_caption = entry["alt"], entry["caption"]
        twin.author = entry["author"]
        twin.category = world.categories.get((source.category.slug, entry.language), source.category)
    return twin
