"""Council meetings, the documents library, and vacancies."""

from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.text import slugify
from wagtail.documents import get_document_model

from home.printing import letterhead, pdf
from news.council.models import MeetingPage
from news.library.models import DocumentKind, Publication
from news.vacancies.models import VacancyPage

from ... import clock
from ...markup import BlockBuilder, ContentEntry, read_content
from ...typography import typeset
from ..context import LANGUAGES, DemoContext
from ..home.commune import as_stream
from .news_and_events import add_and_publish

PAPER = Path(__file__).parent.parent.parent / "typst" / "paper.typ"
KINDS = {
    "preavis": (
        "Préavis au Conseil",
        "Botschaften an den Rat",
        "Proposals to the council",
        "Messaggi al Consiglio",
    ),
    "pv": ("Procès-verbaux", "Protokolle", "Minutes", "Verbali"),
    "reglement": ("Règlements", "Reglemente", "Regulations", "Regolamenti"),
    "finances": (
        "Budgets et comptes",
        "Budgets und Rechnungen",
        "Budgets and accounts",
        "Preventivi e consuntivi",
    ),
}
# kind, title, number, day, text
LIBRARY = [
    (
        "reglement",
        "Règlement de police",
        "RCO 101",
        "-1800d",
        "Ordre public, tranquillité et domaine public.",
    ),
    ("reglement", "Règlement sur les déchets", "RCO 402", "-1200d", "Collecte, tri et taxes."),
    ("reglement", "Règlement du port", "RCO 310", "-900d", "Places d’amarrage, hivernage, visiteurs."),
    ("finances", "Budget de l’an prochain", "", "-40d", "18,4 millions de francs de charges."),
    ("finances", "Comptes de l’an dernier", "", "-190d", "Excédent de revenus de 96 000 francs."),
]


def build(world: DemoContext) -> None:
    kinds = {
        key: create_document_kind(order, key, names, world)
        for order, (key, names) in enumerate(KINDS.items())
    }
    for kind, title, number, day, text in LIBRARY:
        create_publication(kinds[kind], create_paper(title, number, day, [text], world), number, day, world)
    for entry in read_content("fr", "meetings", world.today):
        create_meeting(entry, kinds, world)
    for entry in read_content("fr", "jobs", world.today):
        create_vacancy(entry, world)


def create_document_kind(order: int, key: str, names, world: DemoContext) -> DocumentKind:
    source = None
    for language, name in zip(LANGUAGES, names, strict=True):
        one = source.copy_for_translation(world.locales[language]) if source else DocumentKind(order=order)
        one.locale, one.name, one.slug = world.locales[language], name, key
        one.save()
        source = source or one
    return source


def create_paper(title: str, number: str, when: str, text: list[str], world: DemoContext):
    """Create a Wagtail document with a page of text."""
    day = clock.parse_day(when, world.today)
    data = letterhead.letterhead_data() | {
        "title": title,
        "number": number,
        "text": [typeset(one, "fr") for one in text],
        "day": [day.year, day.month, day.day],
    }
    content = pdf.render_pdf(PAPER, data, clock.local_moment(day, 8))
    document = get_document_model()(title=title, file_size=len(content))
    document.file.save(f"{slugify(title)}.pdf", ContentFile(content), save=False)
    document.save()
    return document


def create_publication(kind: DocumentKind, document, number: str, day: str, world: DemoContext) -> None:
    Publication.objects.create(
        title=document.title,
        number=number,
        document=document,
        kind=kind,
        date=clock.parse_day(day, world.today),
        language="fr",
    )


def create_meeting(entry: ContentEntry, kinds: dict, world: DemoContext) -> None:
    """Create a meeting. Lines of its body: ``title | number of the paper | outcome | yes no abstentions``."""
    day = entry["start"].split()[0]
    items = [agenda_item(line, entry, kinds, world) for line in entry.body.splitlines() if line.strip()]
    page = MeetingPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        start=clock.parse_moment(entry["start"], world.today),
        place="Salle du Conseil, place de l’Orme 2",
        locale=world.locales["fr"],
        live=False,
    )
    if entry["minutes"]:
        words = [f"{value['title']}." for value in items]
        page.minutes = create_paper(entry["minutes"], "", day, words, world)
        create_publication(kinds["pv"], page.minutes, "", day, world)
        if entry["approved"]:
            page.minutes_approved = clock.parse_day(entry["approved"], world.today)
    page.agenda = as_stream(page, "agenda", [{"type": "item", "value": value} for value in items])
    add_and_publish(page, "seances", entry.key, clock.local_moment(min(page.day, world.today), 7), world)


def agenda_item(line: str, entry: ContentEntry, kinds: dict, world: DemoContext) -> dict:
    title, number, outcome, votes = (part.strip() for part in line.split("|"))
    title = typeset(title, "fr")
    document = None
    if number:
        document = create_paper(title, number, "-20d", [f"La Municipalité propose : {title.lower()}."], world)
        create_publication(kinds["preavis"], document, number, "-20d", world)
    counted = [int(one) for one in votes.split()] or [None] * 3
    return {
        "title": title,
        "text": "",
        "document": document and document.pk,
        "outcome": outcome,
        **dict(zip(("votes_for", "votes_against", "abstentions"), counted, strict=True)),
    }


def create_vacancy(entry: ContentEntry, world: DemoContext) -> None:
    page = VacancyPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        closes_on=clock.parse_day(entry["closes"], world.today) if entry["closes"] else None,
        rate=entry["rate"],
        begins=entry["begins"],
        place=entry["place"],
        email="rh@orvenay.example",
        locale=world.locales["fr"],
        live=False,
    )
    page.body = as_stream(page, "body", BlockBuilder(entry, world.find("fr")).body())
    add_and_publish(
        page,
        "emplois",
        entry.key,
        clock.local_moment(clock.parse_day(entry["posted"], world.today), 8),
        world,
    )
