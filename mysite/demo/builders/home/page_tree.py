"""The page tree: pages with titles first, then, when all links have targets, their contents."""

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
from home.models.guide_pages import GuidePage, PlacesPage
from news.agenda.models import EventIndexPage
from news.articles.models import NewsIndexPage, NewsPage
from news.council.models import MeetingIndexPage
from news.directory.models import DirectoryPage
from news.library.models import LibraryPage
from news.official_notices.models import OfficialNoticeIndexPage
from news.participation.consultations.models import ConsultationIndexPage
from news.vacancies.models import VacancyIndexPage
from news.waste.models import WasteCalendarPage

from ... import clock
from ...markup import BlockBuilder, ContentEntry, read_content
from ...state import UNFINISHED
from ...typography import typeset
from ..context import LANGUAGES, DemoContext
from . import home_page
from .commune import as_stream, opening_hours_value

KINDS = {
    "section": SectionPage,
    "office": OfficePage,
    "contact": ContactPage,
    "directory": DirectoryPage,
    "guide": GuidePage,
    "places": PlacesPage,
    "notices": OfficialNoticeIndexPage,
    "meetings": MeetingIndexPage,
    "library": LibraryPage,
    "jobs": VacancyIndexPage,
    "waste": WasteCalendarPage,
    "questions": QuestionsPage,
    "accessibility": AccessibilityPage,
    "plan": SitePlanPage,
    "": ContentPage,
}
OTHERS = LANGUAGES[1:]
UNDESCRIBED = ("ecole", "lac-port")  # so that the content checks have findings
FILES = ("vivre", "autorites", "administration")
# Index pages of other apps, in the order of the menu: key → (model, title, lead).
INDEXES = {
    "guichet-en-ligne": (
        ServiceIndexPage,
        "Guichet en ligne",
        "Dix démarches, jour et nuit. La référence vient tout de suite, la réponse d’une personne.",
    ),
    "actualites": (NewsIndexPage, "Actualités", "Ce que la commune décide, construit et fête."),
    "agenda": (EventIndexPage, "Agenda", "Ce qui se passe à Orvenay dans les semaines qui viennent."),
    "participer": (
        ConsultationIndexPage,
        "Participer",
        "Proposez une idée, répondez à ce que la commune demande, et lisez ce qui en est sorti.",
    ),
}
MENU = ("guichet-en-ligne", "vivre", "actualites", "agenda", "participer", "autorites", "administration")


def build(world: DemoContext) -> None:
    """Create home page, sections, pages and indexes, unpublished and empty, so that each can be linked."""
    home = create_home_page(world)
    world.pages["home"] = home.pk
    entries = {entry.key: entry for name in FILES for entry in read_content("fr", name, world.today)}
    for key in MENU:
        if key in INDEXES:
            create_index_page(home, key, world)
        else:
            create_page(home, entries[key], world)
    for entry in entries.values():
        if entry.key not in world.pages:
            create_page(Page.objects.get(pk=world.pages[entry["parent"] or "home"]), entry, world)
    for language in OTHERS:
        for entry in read_content(language, "pages", world.today):
            if entry.key in world.pages:
                create_translation(entry, world)


def create_translation(entry: ContentEntry, world: DemoContext) -> Page:
    """Create the translation of a page, with its own title and slug."""
    source = Page.objects.get(pk=world.pages[entry.key]).specific
    twin = source.copy_for_translation(world.locales[entry.language])
    twin.title = twin.draft_title = entry["title"]
    twin.slug = entry["slug"] or twin.slug
    twin.save()
    return twin


def create_home_page(world: DemoContext) -> HomePage:
    """Create the home page in place of Wagtail's welcome page."""
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


def create_page(parent: Page, entry: ContentEntry, world: DemoContext) -> Page:
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


def create_index_page(home: HomePage, key: str, world: DemoContext) -> None:
    model, title, lead = INDEXES[key]
    page = model(title=title, slug=key, lead=lead, locale=world.locales["fr"], live=False)
    page.show_in_menus = key in MENU
    Page.objects.get(pk=home.pk).add_child(instance=page)
    world.pages[key] = page.pk


# -- contents -------------------------------------------------------------
def fill_pages(world: DemoContext) -> None:
    """Write the content of every page and publish it, parents first."""
    publish_page(fill_home(world), world)
    for key in INDEXES:
        publish_page(Page.objects.get(pk=world.pages[key]).specific, world)
    for name in FILES:
        for entry in read_content("fr", name, world.today):
            page = Page.objects.get(pk=world.pages[entry.key]).specific
            write_page(page, entry, world)
            publish_page(page, world)


def write_page(page, entry: ContentEntry, world: DemoContext) -> None:
    """Set the content and the fields of the page's type."""
    blocks = BlockBuilder(entry, world.find(entry.language))
    if isinstance(page, GuidePage):
        page.steps = as_stream(page, "steps", guide_steps_value(blocks))
    elif isinstance(page, PlacesPage):
        page.places = as_stream(page, "places", places_value(entry))
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
        page.barriers = as_stream(page, "barriers", barriers_value(entry))
        page.authority = entry["authority"]
    if isinstance(page, ContactPage):
        write_contact(page, entry, blocks)


def guide_steps_value(blocks: BlockBuilder) -> list[dict]:
    """Return the numbered steps of a body as steps of a guide. ``… | page:key`` at the end links a page."""
    found = []
    for block in blocks.body():
        for item in block["value"] if block["type"] == "steps" else ():
            text, _bar, key = item["value"]["text"].partition(" | page:")
            page = blocks.find("page", key) if key else None
            value = {"title": item["value"]["title"], "text": f"<p>{text}</p>", "page": page, "label": ""}
            found.append({"type": "step", "value": value})
    return found


def places_value(entry: ContentEntry) -> list[dict]:
    """Parse ``name | text | address | latitude longitude``, one place per line, below headings."""
    found = []
    for line in filter(None, entry.body.splitlines()):
        if line.startswith("## "):
            found.append({"type": "heading", "value": line[3:]})
            continue
        name, text, address, at = (typeset(part.strip(), entry.language) for part in line.split("|"))
        lat, lon = map(float, at.split())
        value = {"name": name, "text": text, "address": address, "lat": lat, "lon": lon, "page": None}
        found.append({"type": "place", "value": value})
    return found


def exceptional_hours_value(words: str, world: DemoContext) -> list[dict]:
    """Parse ``thu+1w 13:30-16:00`` into the value of a StreamField."""
    if not words:
        return []
    day, span = words.split()
    opens, closes = span.split("-")
    value = {"day": clock.parse_day(day, world.today).isoformat(), "opens": opens, "closes": closes}
    return [{"type": "opening", "value": value}]


def closures_value(words: str, world: DemoContext) -> list[dict]:
    """Parse ``sat+1w mon+2w``, first and last day, into the value of a StreamField."""
    if not words:
        return []
    first, last = (clock.parse_day(day, world.today).isoformat() for day in words.split())
    return [{"type": "closing", "value": {"first": first, "last": last}}]


def write_office(page: OfficePage, entry: ContentEntry, world: DemoContext) -> None:
    for name in ("street", "phone", "email", "access"):
        setattr(page, name, entry[name])
    page.postcode, page.town = "1199", "Orvenay"
    page.on_home = entry["on_home"] == "yes"
    page.hours = as_stream(page, "hours", opening_hours_value(entry["hours"]))
    page.other_hours = as_stream(page, "other_hours", exceptional_hours_value(entry["other"], world))
    page.closings = as_stream(page, "closings", closures_value(entry["closed"], world))


def barriers_value(entry: ContentEntry) -> list[dict]:
    """Parse ``what | the way past it | mended by`` into the value of a StreamField."""
    if not entry["barrier"]:
        return []
    what, way, until = (part.strip() for part in entry["barrier"].split("|"))
    return [{"type": "barrier", "value": {"what": what, "way": way, "until": until}}]


def write_contact(page: ContactPage, entry: ContentEntry, blocks: BlockBuilder) -> None:
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


def fill_home(world: DemoContext) -> HomePage:
    home = HomePage.objects.get(pk=world.pages["home"])
    home_page.write_home_page(home, "fr", world)
    return home


def publish_page(page, world: DemoContext) -> None:
    """Publish the page as an editor would, as a revision."""
    page.save_revision(user=world.editor, log_action=True, clean=False).publish(user=world.editor)


# -- other languages --------------------------------------------------
def translate_main_pages(world: DemoContext) -> None:
    """Create the main pages in other languages, with their own texts."""
    for language in OTHERS:
        for entry in read_content(language, "pages", world.today):
            publish_page(write_translation(entry, world), world)


def write_translation(entry: ContentEntry, world: DemoContext):
    source = Page.objects.get(pk=world.pages[entry.key]).specific
    twin = source.get_translation_or_none(world.locales[entry.language])
    twin = twin.specific if twin else create_translation(entry, world)
    if entry.key == "home":
        home_page.write_home_page(twin, entry.language, world)
        return twin
    twin.lead, twin.keywords = entry["lead"], entry["keywords"]
    twin.search_description = entry["lead"][:250]
    if hasattr(twin, "body"):
        twin.body = as_stream(twin, "body", BlockBuilder(entry, world.find(entry.language)).body())
    if isinstance(twin, OfficePage):
        twin.street, twin.access = entry["street"], entry["access"]
    if isinstance(twin, NewsPage):
        twin.picture_alt, twin.picture_caption = entry["alt"], entry["caption"]
        twin.author = entry["author"]
        twin.category = world.categories.get((source.category.slug, entry.language), source.category)
    return twin
