"""Starters: ready-made services, and blocks of questions that many services ask.

Each is a file in ``catalogue/starters``: a service definition in four languages with a description. Its content is
copied to a page, which does not refer to the file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale
from wagtail.rich_text import RichText
from wagtail_localize.models import TranslationSource

from eservices.cases.models import Team
from eservices.documents.blocks import APPLICANT
from eservices.documents.models import DocumentTemplate
from eservices.formbuilder.blocks import fields_value, make_key
from home.localization.slugs import slugify_title

from ..definition import importer, translation_sync
from ..models import ServiceIndexPage, ServicePage
from .form_tree import Tree, new_id

FOLDER = Path(__file__).parent.parent / "starters"
SERVICES, BLOCKS = "services", "blocks"
NEVER_OVERWRITTEN = (
    "title",
    "slug",
    "team",
    "fees",
    "stages",
    "applicant_name",
    "applicant_email",
    "applicant_phone",
)


@dataclass(frozen=True)
class Starter:
    """A starter file. ``about``: one-line description by language; ``document``: template that the service uses."""

    name: str
    icon: str
    about: dict[str, str]
    definition: dict
    document: dict | None = None

    @property
    def title(self) -> str:
        return self.text(get_language() or "")("title")

    @property
    def line(self) -> str:
        return self.about.get(get_language() or "") or self.about[self.definition["language"]]

    @property
    def question_labels(self) -> list[str]:
        """The labels of its questions, in the active language."""
        text = self.text(get_language() or "")
        return [
            text(f"field.{field['key']}.label")
            for step in self.definition["steps"]
            for field in step["fields"]
        ]

    def text(self, language: str) -> Callable[[str], str]:
        texts = self.definition["texts"]
        own = texts[self.definition["language"]]
        return lambda path: texts.get(language, {}).get(path) or own.get(path, "")


@cache
def list_starters(folder: str) -> dict[str, Starter]:
    """Return the starters in a folder, by name."""
    found = {}
    for path in sorted((FOLDER / folder).glob("*.json")):
        found[path.stem] = Starter(name=path.stem, **json.loads(path.read_text(encoding="utf-8")))
    return found


def block_fields(name: str, language: str) -> Tree:
    """Return the questions of a ready-made block as a StreamField stores them."""
    starter = list_starters(BLOCKS)[name]
    [step] = starter.definition["steps"]
    return fields_value(step["fields"], starter.text(language), lambda path: new_id())


def lay_starter(page: ServicePage, name: str) -> None:
    """Fill a page with a starter, like an import. The fields of ``NEVER_OVERWRITTEN`` stay if they are not empty."""
    said = {word: getattr(page, word) for word in NEVER_OVERWRITTEN if getattr(page, word)}
    content = _content(page, name)
    form = {key: part for key, part in content.items() if key != "page"}
    importer.write_language(page, form, content["language"], importer.block_ids_by_path(page, content))
    for word, value in said.items():
        setattr(page, word, value)
    if not page.situations.exists():
        page.situations.set(importer.life_situations_of(content, page.locale))


def store_translations(page: ServicePage, name: str) -> None:
    """Store the starter's texts in other languages, for a later translation of the page."""
    content = _content(page, name)
    source, _new = TranslationSource.update_or_create_from_instance(page)
    for locale in Locale.objects.exclude(pk=page.locale_id).filter(language_code__in=content["texts"]):
        translation_sync.store_translated_texts(
            source, locale, content, importer.block_ids_by_path(page, content)
        )


def create_document_template(page: ServicePage, name: str, user) -> None:
    """Create the document template of a starter in all languages of the site. An existing one does not change."""
    document = list_starters(SERVICES)[name].document
    if document is None or DocumentTemplate.objects.filter(key=document["key"]).exists():
        return
    said = _said(document, page.locale) | {"team": Team.objects.filter(key=page.team).first()}
    source, is_new = DocumentTemplate.objects.get_or_create(
        key=document["key"], locale=page.locale, defaults=said
    )
    if not is_new:  # another editor created it first
        return
    source.save_revision(user=user)
    for locale in Locale.objects.exclude(pk=page.locale_id).filter(language_code__in=document["texts"]):
        copy = source.copy_for_translation(locale)
        for word, value in (_said(document, locale) | {"prefix": source.prefix}).items():
            setattr(copy, word, value)
        copy.save()
        copy.save_revision(user=user)


def _said(document: dict, locale: Locale) -> dict:
    """Return the fields of the document template in a language. Without texts in it, French is used."""
    said = document["texts"].get(locale.language_code) or document["texts"]["fr"]
    value = {"heading": said["value"], "text": _paragraph(said["validity"]), "condition": None}
    body = [*_registered(document["register"], said), ("part", value | {"about": APPLICANT})]
    told = {"prefix": said["prefix"], "tells_register": document["tells_register"]}
    return told | {"title": said["title"], "body": body}


def _registered(plan: dict, said: dict) -> list:
    """Return the blocks with register data, each with a condition on the answer to whom the document is about."""
    statements, people = [], []
    for case in plan["about"]:
        condition = {"field": plan["question"], "operator": "equals", "value": case["answer"]}
        common = {"about": case["about"], "condition": condition}
        statements.append(("statement", common | {"text": _paragraph(said[case["statement"]])}))
        people.append(("people", common | {"heading": said[case["heading"]], "rows": plan["rows"]}))
    return [*statements, *people]


def _paragraph(text: str) -> RichText:
    return RichText(f"<p>{text}</p>")


def unused_slug(index: ServiceIndexPage, name: str) -> str:
    """Return a slug from the starter's title that no other page of the service index has."""
    title = list_starters(SERVICES)[name].text(index.locale.language_code)("title")
    return find_available_slug(index, slugify_title(title))


def _content(page: ServicePage, name: str) -> dict:
    """Return the starter's definition, in the page's language if it has that, with the page's slug."""
    definition, language = list_starters(SERVICES)[name].definition, page.locale.language_code
    spoken = language if language in definition["texts"] else definition["language"]
    said = definition | {"slug": page.slug or definition["slug"], "language": spoken}
    return said if spoken == definition["language"] else _with_keys_of_steps(said)


def _with_keys_of_steps(definition: dict) -> dict:
    """Return the definition with step keys made from titles in its language, because residents see them in URLs."""
    texts = definition["texts"]
    own = texts[definition["language"]]
    keys = {step["key"]: make_key(own[f"step.{step['key']}.title"]) for step in definition["steps"]}

    def renamed(path: str) -> str:
        kind, _dot, rest = path.partition(".")
        key, dot, word = rest.partition(".")
        return f"step.{keys[key]}{dot}{word}" if kind == "step" else path

    return definition | {
        "steps": [step | {"key": keys[step["key"]]} for step in definition["steps"]],
        "texts": {code: {renamed(path): text for path, text in said.items()} for code, said in texts.items()},
    }
