"""The services: definitions in files, imported by the action that editors use."""

import html
import json
from pathlib import Path

from wagtail.rich_text import RichText

from eservices.cases.models import Team
from eservices.catalogue import actions
from eservices.catalogue.definition.rich_text import portable_html
from eservices.catalogue.models import LifeSituation, ServiceIndexPage
from eservices.catalogue.translation_updates import run_translation_update
from eservices.documents.models import DocumentTemplate, Zone

from ...markup import BlockBuilder, ContentEntry, read_content
from ..context import LANGUAGES, DemoContext

DEFINITIONS = Path(__file__).parent.parent.parent / "services"
TEMPLATES = {
    "attestation-domicile": {
        "prefix": "AD",
        "months": None,
        "tells_register": True,
        "facts": [],
        "team": "habitants",
    },
    "macaron": {
        "prefix": "MA",
        "months": 12,
        "tells_register": False,
        "facts": ["raison_sociale", "nom", "prenom", "adresse"],
        "team": "police",
    },
    "autorisation-manifestation": {
        "prefix": "AM",
        "months": None,
        "tells_register": False,
        "facts": ["societe", "lieu", "rue", "numeros", "public_attendu"],
        "team": "police",
    },
}
WHOM = (  # answer, subject of the certificate, sentence, heading
    ("moi", "applicant", "sentence", "person"),
    ("enfant", "named", "sentence", "child"),
    ("famille", "everybody", "sentence_family", "family"),
)
SHOWN = ["family_name", "given_names", "birth", "origin", "address", "since"]
SHOWN_OF_EACH = ["family_name", "given_names", "birth", "since"]  # short, so that a family fits on one page
TERMS_SET = {"field": "conditions", "operator": "filled"}  # if an agent set terms
ZONES = [
    ("a", "A, Bourg et place de l’Orme", 120),
    ("b", "B, Gare", 60),
    ("c", "C, Vieux-Port", 40),
    ("d", "D, Les Sablons", None),
]
SITUATIONS = [
    ("demenager", ("J’arrive, je déménage", "Ich ziehe um", "I arrive, I move", "Arrivo, mi trasferisco")),
    (
        "papiers",
        (
            "J’ai besoin d’un papier",
            "Ich brauche ein Dokument",
            "I need a document",
            "Ho bisogno di un documento",
        ),
    ),
    ("auto", ("Auto, vélo, bateau", "Auto, Velo, Schiff", "Car, bicycle, boat", "Auto, bici, barca")),
    (
        "fete",
        (
            "Je fête, je me réunis",
            "Ich feiere, ich lade ein",
            "I celebrate, I meet",
            "Festeggio, mi riunisco",
        ),
    ),
]


def create_classifications(world: DemoContext) -> None:
    """Create life situations, document templates and permit zones."""
    for order, (slug, names) in enumerate(SITUATIONS):
        source = None
        for language, name in zip(LANGUAGES, names, strict=True):
            one = source.copy_for_translation(world.locales[language]) if source else LifeSituation()
            one.locale, one.slug, one.name, one.order = world.locales[language], slug, name, order
            one.save()
            source = source or one
    create_document_templates(world)
    Zone.objects.bulk_create(
        Zone(kind="macaron", value=value, name=name, places=places) for value, name, places in ZONES
    )


def create_document_templates(world: DemoContext) -> None:
    """Create the document templates of services in every language."""
    for key, plan in TEMPLATES.items():
        source = None
        for language in LANGUAGES:
            entry = next(one for one in read_content(language, "documents", world.today) if one.key == key)
            one = source.copy_for_translation(world.locales[language]) if source else DocumentTemplate()
            body = registered_body(entry) if plan["tells_register"] else _body(entry, plan["facts"])
            one.locale, one.key, one.body = world.locales[language], key, body
            one.team = Team.objects.get(key=plan["team"])
            one.prefix, one.months, one.tells_register = (
                plan["prefix"],
                plan["months"],
                plan["tells_register"],
            )
            for name in ("title", "law", "signatory", "signatory_role"):
                setattr(one, name, entry[name])
            one.save()
            one.save_revision(user=world.editor)
            source = source or one


def _body(entry: ContentEntry, keys: list[str]) -> list:
    """Return a body: the statement, its facts, the terms if any, and the permitted use."""
    paragraph = {name: RichText(f"<p>{entry[name]}</p>") for name in ("sentence", "validity")}
    terms = {"heading": entry["terms"], "text": RichText("<p>{conditions}</p>"), "condition": TERMS_SET}
    return [
        ("statement", {"text": paragraph["sentence"], "condition": None}),
        ("facts", {"heading": entry["about"], "keys": keys, "condition": None}),
        *([("part", terms)] if entry["terms"] else []),
        ("part", {"heading": entry["value"], "text": paragraph["validity"], "condition": None}),
    ]


def registered_body(entry: ContentEntry) -> list:
    """Return the body of a certificate with register data of the applicant, a child or the family."""
    statements, people = [], []
    for answer, about, sentence, heading in WHOM:
        common = {
            "about": about,
            "condition": {"field": "beneficiaire", "operator": "equals", "value": answer},
        }
        statements.append(("statement", common | {"text": RichText(f"<p>{entry[sentence]}</p>")}))
        rows = SHOWN_OF_EACH if about == "everybody" else SHOWN
        people.append(("people", common | {"heading": entry[heading], "rows": rows}))
    value = {"heading": entry["value"], "text": RichText(f"<p>{entry['validity']}</p>"), "condition": None}
    return [*statements, *people, ("part", value | {"about": "applicant"})]


def build(world: DemoContext) -> None:
    """Import every definition with the texts of its page in each language."""
    texts = {
        language: {entry.key: entry for entry in read_content(language, "services", world.today)}
        for language in LANGUAGES
    }
    index = ServiceIndexPage.objects.get(pk=world.pages["guichet-en-ligne"])
    for key, entry in texts["fr"].items():
        definition = json.loads((DEFINITIONS / f"{key}.json").read_text(encoding="utf-8"))
        said = {language: page_field_values(texts[language][key], world) for language in LANGUAGES}
        definition["page"] = {"situations": [entry["life"]], "texts": said}
        page = actions.import_service(actor=world.editor, index=index, definition=definition)
        page.contact = world.contacts[definition["settings"]["team"], "fr"]
        page.save_revision(user=world.editor, log_action=True).publish(user=world.editor)
        run_translation_update(page.pk)
        world.pages[key] = page.pk


def page_field_values(entry: ContentEntry, world: DemoContext) -> dict:
    """Return the texts of the page beside its form."""
    blocks = BlockBuilder(entry, world.find(entry.language)).body()
    fields = {"lead": entry["lead"], "keywords": entry["keywords"], "button": entry["button"]}
    for name in ("who", "price", "time", "papers"):
        fields[name], fields[f"{name}_note"] = entry.pair(name)
    fields["search_description"] = entry["lead"][:250]
    fields["without_computer"] = f"<p>{html.escape(entry['without'], quote=False)}</p>"
    fields["next_steps"] = [
        item["value"] for block in blocks if block["type"] == "steps" for item in block["value"]
    ]
    asked = [block["value"] for block in blocks if block["type"] == "question"]
    fields["good_to_know"] = [one | {"answer": portable_html(one["answer"])} for one in asked]
    return fields
