"""Official notices: types with their display times, and notices of which one has ended."""

from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile

from home.printing import letterhead, pdf
from news.official_notices.models import (
    OfficialNoticeFile,
    OfficialNoticePage,
    OfficialNoticeSettings,
    OfficialNoticeType,
)
from news.official_notices.posting_periods import Act

from ... import clock
from ...markup import BlockBuilder, ContentEntry, read_content
from ..context import LANGUAGES, DemoContext
from ..home.commune import as_stream
from .news_and_events import add_and_publish

PLAN = Path(__file__).parent.parent.parent / "typst" / "plan.typ"
# key → (days, act, law, names and remedies in each language)
KINDS = {
    "enquete": (
        30,
        Act.BUILDING_ENQUIRY,
        "Art. 109 LATC",
        ("Enquête publique", "Öffentliche Auflage", "Public enquiry", "Pubblicazione"),
        (
            "Une opposition motivée s’adresse par écrit à la Municipalité, place de l’Orme 2, jusqu’au dernier jour.",
            "Eine begründete Einsprache geht bis zum letzten Tag schriftlich an den Gemeinderat, place de l’Orme 2.",
            "To object, write to the Municipality at place de l’Orme 2 by the last day, and give your reasons.",
            "Un’opposizione motivata va inviata per iscritto al Municipio, place de l’Orme 2, entro l’ultimo giorno.",
        ),
    ),
    "referendum": (
        30,
        "",
        "Art. 160 LEDP",
        (
            "Objet soumis au référendum",
            "Referendumsvorlage",
            "Decision open to referendum",
            "Oggetto sottoposto a referendum",
        ),
        (
            "La demande de référendum est annoncée par écrit à la Municipalité dans les dix jours.",
            "Ein Referendum ist dem Gemeinderat innert zehn Tagen schriftlich anzukündigen.",
            "To request a referendum, tell the Municipality in writing within ten days.",
            "La domanda di referendum va annunciata per iscritto al Municipio entro dieci giorni.",
        ),
    ),
    "circulation": (
        30,
        "",
        "Art. 107 OSR",
        ("Mesure de circulation", "Verkehrsanordnung", "Traffic measure", "Misura del traffico"),
        (
            "Un recours s’adresse au Tribunal cantonal dans les trente jours.",
            "Beschwerde kann innert dreissig Tagen beim Kantonsgericht erhoben werden.",
            "You can appeal to the Cantonal Court within thirty days.",
            "Il ricorso va presentato al Tribunale cantonale entro trenta giorni.",
        ),
    ),
    "decision": (
        10,
        "",
        "",
        (
            "Décision de la Municipalité",
            "Entscheid des Gemeinderats",
            "Decision of the Municipality",
            "Decisione del Municipio",
        ),
        ("",) * len(LANGUAGES),
    ),
}


def build(world: DemoContext) -> None:
    OfficialNoticeSettings.objects.update_or_create(
        defaults={
            "binding": OfficialNoticeSettings.Binding.BOARD,
            "board": "place de l’Orme 2, à côté de l’entrée",
        }
    )
    kinds = {key: create_notice_type(order, key, world) for order, key in enumerate(KINDS)}
    for entry in read_content("fr", "notices", world.today):
        create_notice(entry, kinds[entry["kind"]], world)


def create_notice_type(order: int, key: str, world: DemoContext) -> OfficialNoticeType:
    days, act, law, names, remedies = KINDS[key]
    source = None
    for language, name, remedy in zip(LANGUAGES, names, remedies, strict=True):
        one = (
            source.copy_for_translation(world.locales[language])
            if source
            else OfficialNoticeType(order=order)
        )
        one.locale, one.name, one.days, one.law = world.locales[language], name, days, law
        one.act = act
        one.remedy = f"<p>{remedy}</p>" if remedy else ""
        one.save()
        source = source or one
    return source


def create_notice(entry: ContentEntry, kind: OfficialNoticeType, world: DemoContext) -> None:
    first = clock.parse_day(entry["first"], world.today)
    page = OfficialNoticePage(
        title=entry["title"],
        slug=entry.key,
        lead=entry["lead"],
        search_description=entry["lead"][:250],
        kind=kind,
        number=entry["number"],
        first_day=first,
        board_from=clock.parse_day(entry["board"], world.today),
        locale=world.locales["fr"],
        live=False,
    )
    if page.board_from + timedelta(days=kind.days) < world.today:
        page.board_until = page.board_from + timedelta(days=kind.days)
    page.body = as_stream(page, "body", BlockBuilder(entry, world.find("fr")).body())
    page.files = [create_plan_file(entry, world)] if entry["plan"] else []
    add_and_publish(page, "pilier-public", entry.key, clock.local_moment(first, 8), world)


def create_plan_file(entry: ContentEntry, world: DemoContext) -> OfficialNoticeFile:
    """Create a drawing such as architects submit."""
    day = clock.parse_day(entry["first"], world.today)
    data = letterhead.letterhead_data() | {
        "title": entry["plan"],
        "number": entry["number"],
        "alt": f"{entry['plan']} : {entry['title']}. Dessin pour la démonstration.",
        "day": [day.year, day.month, day.day],
    }
    content = ContentFile(pdf.render_pdf(PLAN, data, clock.local_moment(day, 8)), name="plan.pdf")
    return OfficialNoticeFile(title=entry["plan"], file=content)
