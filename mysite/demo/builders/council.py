"""Meetings of the council, the documents library, and jobs."""

from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.text import slugify
from wagtail.documents import get_document_model

from home import typesetting
from news.models import DocumentKind, JobPage, MeetingPage, Publication

from .. import clock
from ..markup import Blocks, Entry, read
from ..typography import set_in_type
from .commune import as_stream
from .stories import add
from .world import LANGUAGES, World

PAPER = Path(__file__).parent.parent / "typst" / "paper.typ"
KINDS = {
    "preavis": ("Préavis au Conseil", "Botschaften an den Rat", "Proposals to the council"),
    "pv": ("Procès-verbaux", "Protokolle", "Minutes"),
    "reglement": ("Règlements", "Reglemente", "Regulations"),
    "finances": ("Budgets et comptes", "Budgets und Rechnungen", "Budgets and accounts"),
}
# kind, title, number, day, what it says
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


def build(world: World) -> None:
    kinds = {key: classify(order, key, names, world) for order, (key, names) in enumerate(KINDS.items())}
    for kind, title, number, day, text in LIBRARY:
        publish(kinds[kind], paper(title, number, day, [text], world), number, day, world)
    for entry in read("fr", "meetings", world.today):
        meet(entry, kinds, world)
    for entry in read("fr", "jobs", world.today):
        offer(entry, world)


def classify(order: int, key: str, names, world: World) -> DocumentKind:
    source = None
    for language, name in zip(LANGUAGES, names, strict=True):
        one = source.copy_for_translation(world.locales[language]) if source else DocumentKind(order=order)
        one.locale, one.name, one.slug = world.locales[language], name, key
        one.save()
        source = source or one
    return source


def paper(title: str, number: str, when: str, text: list[str], world: World):
    """A document of Wagtail's with a page of words."""
    day = clock.day(when, world.today)
    data = typesetting.letterhead() | {
        "title": title,
        "number": number,
        "text": [set_in_type(one, "fr") for one in text],
        "day": [day.year, day.month, day.day],
    }
    content = typesetting.pdf(PAPER, data, clock.at(day, 8))
    document = get_document_model()(title=title, file_size=len(content))
    document.file.save(f"{slugify(title)}.pdf", ContentFile(content), save=False)
    document.save()
    return document


def publish(kind: DocumentKind, document, number: str, day: str, world: World) -> None:
    Publication.objects.create(
        title=document.title,
        number=number,
        document=document,
        kind=kind,
        date=clock.day(day, world.today),
        language="fr",
    )


def meet(entry: Entry, kinds: dict, world: World) -> None:
    """A meeting; each line of its body is ``title | number of the paper | outcome | yes no abstentions``."""
    day = entry["start"].split()[0]
    items = [item(line, entry, kinds, world) for line in entry.body.splitlines() if line.strip()]
    page = MeetingPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        start=clock.moment(entry["start"], world.today),
        place="Salle du Conseil, place de l’Orme 2",
        locale=world.locales["fr"],
        live=False,
    )
    if entry["minutes"]:
        words = [f"{value['title']}." for value in items]
        page.minutes = paper(entry["minutes"], "", day, words, world)
        publish(kinds["pv"], page.minutes, "", day, world)
        if entry["approved"]:
            page.minutes_approved = clock.day(entry["approved"], world.today)
    page.agenda = as_stream(page, "agenda", [{"type": "item", "value": value} for value in items])
    add(page, "seances", entry.key, clock.at(min(page.day, world.today), 7), world)


def item(line: str, entry: Entry, kinds: dict, world: World) -> dict:
    title, number, outcome, votes = (part.strip() for part in line.split("|"))
    title = set_in_type(title, "fr")
    document = None
    if number:
        document = paper(title, number, "-20d", [f"La Municipalité propose : {title.lower()}."], world)
        publish(kinds["preavis"], document, number, "-20d", world)
    counted = [int(one) for one in votes.split()] or [None] * 3
    return {
        "title": title,
        "text": "",
        "document": document and document.pk,
        "outcome": outcome,
        **dict(zip(("votes_for", "votes_against", "abstentions"), counted, strict=True)),
    }


def offer(entry: Entry, world: World) -> None:
    page = JobPage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        closes_on=clock.day(entry["closes"], world.today) if entry["closes"] else None,
        rate=entry["rate"],
        begins=entry["begins"],
        place=entry["place"],
        email="rh@orvenay.example",
        locale=world.locales["fr"],
        live=False,
    )
    page.body = as_stream(page, "body", Blocks(entry, world.find("fr")).body())
    add(page, "emplois", entry.key, clock.at(clock.day(entry["posted"], world.today), 8), world)
