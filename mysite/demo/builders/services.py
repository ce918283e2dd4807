"""The eight services: definitions as files, imported on the path that an editor's import takes."""

import html
import json
from pathlib import Path

from eservices.catalogue import actions
from eservices.catalogue.models import LifeSituation, ServiceIndexPage
from eservices.documents.models import DocumentTemplate

from ..markup import Blocks, Entry, read
from .world import LANGUAGES, World

DEFINITIONS = Path(__file__).parent.parent / "services"
SITUATIONS = [
    ("demenager", ("J’arrive, je déménage", "Ich ziehe um", "I arrive, I move")),
    ("papiers", ("J’ai besoin d’un papier", "Ich brauche ein Dokument", "I need a document")),
    ("auto", ("Auto, vélo, bateau", "Auto, Velo, Schiff", "Car, bicycle, boat")),
    ("fete", ("Je fête, je me réunis", "Ich feiere, ich versammle", "I celebrate, I meet")),
]


def classify(world: World) -> None:
    """Life situations, and the document that a service issues."""
    for order, (slug, names) in enumerate(SITUATIONS):
        source = None
        for language, name in zip(LANGUAGES, names, strict=True):
            one = source.copy_for_translation(world.locales[language]) if source else LifeSituation()
            one.locale, one.slug, one.name, one.order = world.locales[language], slug, name, order
            one.save()
            source = source or one
    write_templates(world)


def write_templates(world: World) -> None:
    """The document that the residence certificate issues, in every language."""
    source = None
    for language in LANGUAGES:
        (entry,) = read(language, "documents", world.today)
        one = source.copy_for_translation(world.locales[language]) if source else DocumentTemplate()
        one.locale, one.key, one.prefix = world.locales[language], entry.key, "AD"
        for name in ("title", "law", "sentence", "validity"):
            setattr(one, name, entry[name])
        one.facts = "nom, prenom, naissance, adresse, personnes"
        one.save()
        source = source or one


def build(world: World) -> None:
    """Imports every definition with its page's texts in each language."""
    texts = {
        language: {entry.key: entry for entry in read(language, "services", world.today)}
        for language in LANGUAGES
    }
    index = ServiceIndexPage.objects.get(pk=world.pages["guichet-en-ligne"])
    for key, entry in texts["fr"].items():
        definition = json.loads((DEFINITIONS / f"{key}.json").read_text(encoding="utf-8"))
        contact = world.contacts[definition["settings"]["team"], "fr"]
        fields = page_fields(entry, world) | {"situations": [entry["life"]], "contact": contact}
        fields["translations"] = {
            language: page_fields(texts[language][key], world) for language in LANGUAGES if language != "fr"
        }
        page = actions.import_service(
            actor=world.editor, index=index, definition=definition, page_fields=fields
        )
        world.pages[key] = page.pk


def page_fields(entry: Entry, world: World) -> dict:
    """What the page says beside its form."""
    blocks = Blocks(entry, world.find(entry.language)).body()
    fields = {"lead": entry["lead"], "keywords": entry["keywords"], "button": entry["button"]}
    for name in ("who", "price", "time", "papers"):
        fields[name], fields[f"{name}_note"] = entry.pair(name)
    fields["search_description"] = entry["lead"][:250]
    fields["without_computer"] = f"<p>{html.escape(entry['without'], quote=False)}</p>"
    fields["next_steps"] = [
        item["value"] for block in blocks if block["type"] == "steps" for item in block["value"]
    ]
    fields["good_to_know"] = [block["value"] for block in blocks if block["type"] == "question"]
    return fields
