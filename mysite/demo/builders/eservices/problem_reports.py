"""Problem reports of the last weeks, in all states."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from eservices.cases import process
from eservices.cases.models import Team
from eservices.reports import actions, photos
from eservices.reports.models import ProblemCategory, ProblemReport

from ... import clock
from ...pictures import CONTENT_TYPE, read_picture
from ..context import LANGUAGES, DemoContext
from .journeys import agents_of

NONE = ("",) * len(LANGUAGES)
CATEGORIES = [
    # key, icon, team, names and promises in each language
    (
        *("lampe", "lamp", "batiments", ("Éclairage", "Beleuchtung", "Street lights", "Illuminazione")),
        (
            "Une lampe est réparée en quatre jours.",
            "Eine Lampe ist in vier Tagen repariert.",
            "A street light is repaired within four days.",
            "Un lampione è riparato entro quattro giorni.",
        ),
    ),
    (
        *(
            "route",
            "road",
            "police",
            ("Route, trottoir", "Strasse, Trottoir", "Road, pavement", "Strada, marciapiede"),
        ),
        (
            "Un nid-de-poule est comblé en huit jours.",
            "Ein Schlagloch ist in acht Tagen gefüllt.",
            "A pothole is filled within eight days.",
            "Una buca è riempita entro otto giorni.",
        ),
    ),
    (
        *("dechets", "bin", "batiments", ("Déchets", "Abfall", "Waste", "Rifiuti")),
        (
            "Un dépôt sauvage part le jour ouvrable suivant.",
            "Wilder Abfall ist am nächsten Werktag weg.",
            "Dumped waste is gone the next working day.",
            "Un deposito abusivo è tolto il giorno lavorativo seguente.",
        ),
    ),
    (
        *("arbres", "tree", "batiments", ("Arbres, parcs", "Bäume, Parks", "Trees, parks", "Alberi, parchi")),
        NONE,
    ),
    (
        *("eau", "drop", "batiments", ("Eau, égout", "Wasser, Abwasser", "Water, drains", "Acqua, canali")),
        NONE,
    ),
    (*("autre", "more", "police", ("Autre chose", "Etwas anderes", "Something else", "Altro")), NONE),
]


@dataclass(frozen=True)
class DemoReport:
    """A problem report of the demo. ``ago``: days. With a title it is public."""

    ago: int
    category: str
    place: str
    lat: float
    lon: float
    state: str = "reported"
    title: str = ""
    picture: str = ""
    detail: str = ""
    email: str = ""
    also: int = 0


REPORTS = [
    DemoReport(1, "lampe", "Rue du Lac 16", 46.4632, 6.4121, "planned", "Lampadaire éteint", also=3),
    DemoReport(12, "lampe", "Ruelle du Four 3", 46.4637, 6.4108, "mended", "Lampe qui clignote"),
    DemoReport(2, "route", "Chemin du Stand 7", 46.4659, 6.4093, "seen", "Nid-de-poule", "chantier", also=2),
    DemoReport(
        1, "dechets", "Chemin des Sablons, arrêt de bus", 46.4612, 6.4155, detail="Trois sacs et un matelas."
    ),
    DemoReport(
        4, "arbres", "Avenue de la Gare 12", 46.4668, 6.4117, "planned", "Branche cassée sur le trottoir"
    ),
    DemoReport(
        25, "route", "Route cantonale, sortie d’Orvenay", 46.4701, 6.4203, "not_ours", "Bordure arrachée"
    ),
    DemoReport(0, "eau", "Rue des Vignes 20", 46.4681, 6.4077, detail="Ça coule depuis ce matin."),
    DemoReport(3, "lampe", "Clos Aurel 4", 46.4625, 6.4079, "seen", email="jeanne.rochat@courriel.example"),
    DemoReport(
        30,
        "dechets",
        "Écopoint de la Gare",
        46.4671,
        6.4124,
        "mended",
        "Conteneur à verre plein",
        "decheterie",
    ),
    DemoReport(18, "route", "Rue du Temple 9", 46.4643, 6.4099, "mended", "Pavé descellé"),
    DemoReport(40, "arbres", "Parc du Port", 46.4618, 6.4112, "mended", "Banc cassé"),
    DemoReport(
        9,
        "lampe",
        "Rue des Écoles 2",
        46.4651,
        6.4086,
        "mended",
        "Trois lampes éteintes devant l’école",
        also=6,
    ),
    DemoReport(15, "eau", "Rue du Midi 11", 46.4647, 6.4131, "mended", "Grille d’égout bouchée"),
    DemoReport(5, "autre", "Place de l’Orme", 46.4640, 6.4105, "seen", "Panneau de signalisation tourné"),
    DemoReport(55, "route", "Rue du Lac 40", 46.4624, 6.4148, "mended", "Passage piéton effacé"),
    DemoReport(
        62, "dechets", "Lisière du bois des Ormes", 46.4723, 6.4052, "mended", "Dépôt sauvage de pneus"
    ),
    DemoReport(21, "autre", "Débarcadère", 46.4611, 6.4126, "not_ours", "Horaire illisible au débarcadère"),
    DemoReport(33, "lampe", "Chemin du Stand 15", 46.4664, 6.4081, "mended", "Lampadaire penché"),
    DemoReport(7, "arbres", "Rue des Vignes 31", 46.4688, 6.4069, "planned", "Haie qui cache le miroir"),
    DemoReport(48, "route", "Avenue de la Gare 30", 46.4679, 6.4131, "mended", "Trottoir affaissé"),
]
FEW = 6  # number in a small demo


def create_categories(world: DemoContext) -> None:
    """Create the categories in every language."""
    for order, (key, icon, team, names, promises) in enumerate(CATEGORIES):
        source = None
        for language, name, promise in zip(LANGUAGES, names, promises, strict=True):
            one = source.copy_for_translation(world.locales[language]) if source else ProblemCategory()
            one.locale, one.name, one.promise = world.locales[language], name, promise
            one.icon, one.team, one.order = icon, Team.objects.get(key=team), order
            one.save()
            world.report_categories[key, language] = one
            source = source or one


def build(world: DemoContext) -> None:
    create_categories(world)
    listed = REPORTS if world.cases > 50 else REPORTS[:FEW]
    for told in sorted(listed, key=lambda one: -one.ago):
        filed = clock.local_moment(
            world.today - timedelta(days=told.ago + 1), 8 + told.ago % 9, told.ago % 60
        )
        with clock.clock_at(filed):
            report = create_report(told, world)
        if told.state != "reported":
            with clock.clock_at(filed + timedelta(hours=20 if told.ago else 3)):
                update_report(report, told, world)


def create_report(told: DemoReport, world: DemoContext) -> ProblemReport:
    kept = None
    if told.picture:
        upload = SimpleUploadedFile("photo.webp", read_picture(told.picture), CONTENT_TYPE)
        kept = actions.store_photo(actor=None, photo=photos.clean_photo(upload)[0])
    report = actions.create_report(
        actor=None,
        category=world.report_categories[told.category, "fr"],
        place={"address": told.place, "lat": told.lat, "lon": told.lon},
        photo=kept,
        detail=told.detail,
        email=told.email,
        language="fr",
    )
    process.advance_case(report.case_id)
    for _person in range(told.also):
        actions.follow_report(actor=None, report=report, language="fr")
    return report


def update_report(report: ProblemReport, told: DemoReport, world: DemoContext) -> None:
    actions.update_report(
        actor=agents_of(report.case.team.key)[0],
        report=report,
        state=told.state,
        planned_for=world.today + timedelta(days=3) if told.state == "planned" else None,
        published=bool(told.title),
        title=told.title,
        public_place=told.place if told.title else "",
        photo_published=bool(told.picture),
    )
    process.advance_case(report.case_id)
