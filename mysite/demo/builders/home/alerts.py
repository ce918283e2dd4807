"""Alerts of the demo: a current one, a future one, and past ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid5

from home.alerts.levels import AlertLevel
from home.alerts.models import Alert

from ... import clock
from ...markup import SPACE
from ...typography import typeset
from ..context import DemoContext

# language → (title, text, details, text of the link, SMS)
WATER = {
    "fr": (
        "Eau coupée demain de 13 h à 16 h,",
        "rue du Lac 1 à 38. Conduite en réparation.",
        "<p>Remplissez un seau ou deux avant 13 h. Une citerne attend devant le n° 12. Quand l’eau revient, "
        "laissez-la couler une minute : elle peut être trouble.</p>",
        "Que faire ?",
        "Orvenay : eau coupée demain 13 h-16 h, rue du Lac 1-38. Citerne devant le 12. Info : 021 000 42 99",
    ),
    "de": (
        "Morgen von 13 bis 16 Uhr kein Wasser,",
        "rue du Lac 1 bis 38. Leitung in Reparatur.",
        "<p>Füllen Sie vor 13 Uhr einen Eimer. Vor Nr. 12 steht ein Tankwagen. Danach das Wasser eine Minute "
        "laufen lassen: es kann trüb sein.</p>",
        "Was tun?",
        "Orvenay: morgen 13-16 Uhr kein Wasser, rue du Lac 1-38. Tankwagen vor Nr. 12. Auskunft: 021 000 42 99",
    ),
    "en": (
        "No water tomorrow from 13:00 to 16:00,",
        "rue du Lac 1 to 38. Pipe under repair.",
        "<p>Fill a bucket or two before 13:00. A tank stands in front of no. 12. When the water is back, let it "
        "run for a minute: it may be cloudy.</p>",
        "What to do?",
        "Orvenay: no water tomorrow 13:00-16:00, rue du Lac 1-38. Tank at no. 12. Questions: 021 000 42 99",
    ),
    "it": (
        "Acqua interrotta domani dalle 13 alle 16,",
        "rue du Lac da 1 a 38. Condotta in riparazione.",
        "<p>Riempia un secchio o due prima delle 13. Davanti al n. 12 c’è un’autobotte. Quando l’acqua torna, "
        "la lasci scorrere un minuto: può essere torbida.</p>",
        "Che fare?",
        "Orvenay: acqua interrotta domani 13-16, rue du Lac 1-38. Autobotte al n. 12. Info: 021 000 42 99",
    ),
}
STORM = {
    "fr": (
        "Vent tempétueux : restez loin du quai et des arbres.",
        "Rafales à 110 km/h jusqu’à minuit. Le débarcadère et le parc des Ormes sont fermés.",
        "<p>Rentrez ce qui peut s’envoler. Ne touchez pas un câble tombé : appelez le 118.</p>",
        "",
        "",
    ),
    "de": (
        "Sturm: Bleiben Sie weg von Ufer und Bäumen.",
        "Böen bis 110 km/h bis Mitternacht. Schiffsteg und Ormes-Park sind geschlossen.",
        "",
        "",
        "",
    ),
}
BOIL = {
    "fr": (
        "Ne buvez plus l’eau du robinet au Coteau.",
        "Faites-la bouillir trois minutes. Analyse en cours, résultat demain à 11 h.",
        "<p>Cela vaut pour le chemin des Vignes, les Sablons et la Râpe. L’eau en bouteille est distribuée à la "
        "salle des Ormes de 7 h à 21 h. La douche reste possible.</p>",
        "",
        "Orvenay URGENT : au Coteau ne plus boire l'eau du robinet. La bouillir 3 min. Eau : salle des Ormes 7-21 h",
    ),
    "de": (
        "Am Hang kein Leitungswasser trinken.",
        "Drei Minuten abkochen. Das Ergebnis der Analyse folgt morgen um 11 Uhr.",
        "",
        "",
        "",
    ),
}
COUNTER = {
    "fr": ("Guichets fermés jeudi matin", "pour un exercice d’évacuation. Ouverts dès 13 h 30.", "", "", ""),
}


@dataclass(frozen=True)
class DemoAlert:
    """An alert of the demo: key, level, texts, time of publication and end."""

    key: str
    level: AlertLevel
    words: dict
    at: datetime
    until: datetime | None = None
    lifted: datetime | None = None
    page: str = ""


def build(world: DemoContext) -> None:
    day, at = clock.parse_day, clock.local_moment
    today = world.today
    tomorrow = day("+1d", today)
    for one in (
        DemoAlert(
            "bouillir",
            AlertLevel.EMERGENCY,
            BOIL,
            at(day("-148d", today), 18),
            lifted=at(day("-147d", today), 11),
        ),
        DemoAlert(
            "tempete", AlertLevel.DANGER, STORM, at(day("-19d", today), 15), until=at(day("-19d", today), 23)
        ),
        DemoAlert(
            "guichets",
            AlertLevel.INFORMATION,
            COUNTER,
            at(day("-9d", today), 8),
            until=at(day("-7d", today), 13),
        ),
        DemoAlert(
            "eau",
            AlertLevel.ATTENTION,
            WATER,
            at(day("-1d", today), 17),
            until=at(tomorrow, 16),
            page="eau-energie",
        ),
    ):
        publish_alert(one, world)


def publish_alert(one: DemoAlert, world: DemoContext) -> None:
    """Publish the alert as an editor would, and end it if its time is over."""
    alert = Alert(key=uuid5(SPACE, f"alert/{one.key}"), level=one.level, live=False)
    alert.texts = [(code, alert_texts(texts, code)) for code, texts in one.words.items()]
    alert.page_id = world.pages.get(one.page)
    alert.expire_at = one.until
    with clock.clock_at(one.at):
        alert.save()
        alert.save_revision(user=world.editor, clean=False).publish(user=world.editor)
    alert.refresh_from_db()
    over = one.lifted or (one.until if one.until and one.until < clock.local_moment(world.today) else None)
    if over:
        with clock.clock_at(over + timedelta(seconds=10)):
            alert.unpublish(set_expired=one.lifted is None, user=world.editor)


def alert_texts(texts: tuple, code: str) -> dict:
    names = ("title", "text", "details", "link_text")
    return {name: typeset(text, code) for name, text in zip(names, texts, strict=False)} | {"sms": texts[4]}
