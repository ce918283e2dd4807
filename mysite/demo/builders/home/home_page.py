"""The home page in each language: search, six main tasks, phone numbers, footer links."""

from home.models import HomePage

from ...typography import typeset
from ..context import DemoContext
from .commune import as_stream

TEXTS = {
    "fr": {
        "lead": "Le site et le guichet en ligne de la commune d'Orvenay, au bord du lac.",
        "tagline": "Commune d'Orvenay",
        "question": "Que cherchez-vous ?",
        "often": ["amarrage", "sapin de Noël", "abattre un arbre"],
        "panorama": "Orvenay vu du lac : les vignes, le clocher, la barque et les Dents d'Aurel",
        "tasks": [
            ("move", "Déménager", "Arrivée, départ, changement d'adresse", "annonce-demenagement"),
            ("cert", "Attestation de domicile", "En ligne, reçue par e-mail", "attestation-domicile"),
            ("bin", "Déchets", "Collectes, sacs, déchèterie", "dechets"),
            ("idcard", "Pièces d'identité", "Carte d'identité, passeport, permis", "controle-des-habitants"),
            ("hall", "Réserver une salle", "Salle des Ormes, refuge, couvert du port", "reservation-salle"),
            ("park", "Stationner", "Macaron, visiteurs, zone bleue", "macaron"),
        ],
        "emergency": [
            ("Fuite d'eau, route, port", "021 000 42 99"),
            ("Police", "117"),
            ("Pompiers", "118"),
            ("Ambulance", "144"),
        ],
        "foot": [
            ("Accessibilité", "accessibilite"),
            ("Plan du site", "plan-du-site"),
            ("Données personnelles", "donnees-personnelles"),
            ("Écrire à la commune", "contact"),
        ],
    },
    "de": {
        "lead": "Website und Online-Schalter der Gemeinde Orvenay am See.",
        "tagline": "Gemeinde Orvenay",
        "question": "Was suchen Sie?",
        "often": ["Bootsplatz", "Parkkarte", "Abfall"],
        "panorama": "Orvenay vom See aus: Reben, Kirchturm, Segelboot und die Dents d’Aurel",
        "tasks": [
            ("move", "Umziehen", "Zuzug, Wegzug, neue Adresse", "annonce-demenagement"),
            ("cert", "Wohnsitz\u00adbestätigung", "Online, per E-Mail", "attestation-domicile"),
            ("bin", "Abfall", "Sammlungen, Säcke, Entsorgungsstelle", "dechets"),
            ("idcard", "Ausweise", "Identitätskarte, Pass, Bewilligung", "controle-des-habitants"),
            ("hall", "Raum reservieren", "Salle des Ormes, Waldhütte, Hafen", "reservation-salle"),
            ("park", "Parkieren", "Parkkarte, Besucher, blaue Zone", "macaron"),
        ],
        "emergency": [
            ("Wasserleck, Strasse, Hafen", "021 000 42 99"),
            ("Polizei", "117"),
            ("Feuerwehr", "118"),
            ("Ambulanz", "144"),
        ],
        "foot": [
            ("Barrierefreiheit", "accessibilite"),
            ("Datenschutz", "donnees-personnelles"),
            ("Der Gemeinde schreiben", "contact"),
        ],
    },
    "en": {
        "lead": "Website and online counter of the commune of Orvenay, on the lake.",
        "tagline": "Commune of Orvenay",
        "question": "What are you looking for?",
        "often": ["mooring", "parking permit", "waste"],
        "panorama": "Orvenay seen from the lake: vineyards, church tower, barge and the Dents d'Aurel",
        "tasks": [
            ("move", "Moving", "Arrival, departure, change of address", "annonce-demenagement"),
            ("cert", "Residence certificate", "Online, sent by e-mail", "attestation-domicile"),
            ("bin", "Waste", "Collections, bags, waste site", "dechets"),
            ("idcard", "Identity documents", "Identity card, passport, permit", "controle-des-habitants"),
            ("hall", "Hire a room", "Salle des Ormes, lodge, harbour", "reservation-salle"),
            ("park", "Parking", "Permit, visitors, blue zone", "macaron"),
        ],
        "emergency": [
            ("Water leak, road, harbour", "021 000 42 99"),
            ("Police", "117"),
            ("Fire", "118"),
            ("Ambulance", "144"),
        ],
        "foot": [
            ("Accessibility", "accessibilite"),
            ("Personal data", "donnees-personnelles"),
            ("Write to the commune", "contact"),
        ],
    },
    "it": {
        "lead": "Il sito e lo sportello online del Comune di Orvenay, in riva al lago.",
        "tagline": "Comune di Orvenay",
        "question": "Che cosa cerca?",
        "often": ["trasloco", "riciclaggio", "opposizione"],
        "panorama": "Orvenay visto dal lago: i vigneti, il campanile, la barca e i Dents d'Aurel",
        "tasks": [
            ("move", "Traslocare", "Arrivo, partenza, nuovo indirizzo", "annonce-demenagement"),
            ("cert", "Certificato di domicilio", "Online, ricevuto per e-mail", "attestation-domicile"),
            ("bin", "Rifiuti", "Raccolte, sacchi, ecocentro", "dechets"),
            (
                "idcard",
                "Documenti d'identità",
                "Carta d'identità, passaporto, permesso",
                "controle-des-habitants",
            ),
            ("hall", "Prenotare una sala", "Salle des Ormes, rifugio, porto", "reservation-salle"),
            ("park", "Posteggiare", "Contrassegno, visitatori, zona blu", "macaron"),
        ],
        "emergency": [
            ("Perdita d'acqua, strada, porto", "021 000 42 99"),
            ("Polizia", "117"),
            ("Pompieri", "118"),
            ("Ambulanza", "144"),
        ],
        "foot": [
            ("Accessibilità", "accessibilite"),
            ("Dati personali", "donnees-personnelles"),
            ("Scrivere al Comune", "contact"),
        ],
    },
}


def write_home_page(home: HomePage, language: str, world: DemoContext) -> None:
    """Set all contents of the home page except its title."""
    texts = TEXTS[language]
    find = world.find(language)

    def typed(text: str) -> str:
        return typeset(text, language)

    home.lead, home.tagline = typed(texts["lead"]), typed(texts["tagline"])
    home.search_description = home.lead
    home.question = typed(texts["question"])
    home.panorama_alt = typed(
        texts["panorama"]
    )  # text for the site's drawn landscape, which has a dark version too
    set_stream(home, "often", [("word", typed(word)) for word in texts["often"]])
    tasks = [
        {"icon": icon, "title": typed(title), "text": typed(text), "page": find("page", key), "url": ""}
        for icon, title, text, key in texts["tasks"]
    ]
    set_stream(home, "tasks", [("task", task) for task in tasks])
    numbers = [{"label": typed(label), "phone": phone} for label, phone in texts["emergency"]]
    set_stream(home, "emergency", [("number", number) for number in numbers])
    foot = [{"title": typed(title), "page": find("page", key), "url": ""} for title, key in texts["foot"]]
    set_stream(home, "footer_links", [("link", link) for link in foot])


def set_stream(home: HomePage, name: str, pairs: list[tuple[str, object]]) -> None:
    raw = [{"type": kind, "value": value} for kind, value in pairs]
    setattr(home, name, as_stream(home, name, raw))
