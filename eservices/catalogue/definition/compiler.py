"""Compilation of pages to a definition: structure from the source page, texts also from its translations."""

import json
from collections.abc import Iterable

from django.core.serializers.json import DjangoJSONEncoder
from wagtail import blocks

from eservices.cases.stages import stages
from eservices.formbuilder.blocks import NotTranslatedMixin, drop_empty, fees_content, steps_content
from eservices.formbuilder.definition import FORMAT
from eservices.formbuilder.field_types import field_types

from ..models import ServicePage, TranslationUpdate
from . import translation_texts
from .rich_text import portable_html
from .schema import LISTS, RICH, TEXTS, is_rich


def compile_definition(page: ServicePage, translations: Iterable[ServicePage] = ()) -> dict:
    """Compile the definition of ``page``, with the existing texts of its ``translations``.

    This is what is frozen: questions about the applicant that the page does not name are detected.
    """
    content = _described(page, translations)
    content["settings"]["applicant"] = _found(content["steps"]) | content["settings"]["applicant"]
    return content


def export_definition(page: ServicePage) -> dict:
    """Return all of a service that another commune needs: its definition and the texts of its page.

    Importing it again changes nothing.
    """
    translations = list(page.get_translations().specific().order_by("locale__language_code"))
    content = _described(page, translations)
    texts = {one.locale.language_code: _said(one, page) for one in [page, *translations]}
    waiting = TranslationUpdate.objects.filter(page=page.pk).values_list("definition", flat=True).first()
    if waiting:
        _keep_waiting(content["texts"], waiting["texts"], content["language"])
        _keep_waiting(texts, waiting.get("page", {}).get("texts", {}), content["language"])
    beside = {
        "situations": sorted(one.slug for one in page.situations.all()),
        "texts": {language: said for language, said in texts.items() if said},
    }
    if beside := {name: value for name, value in beside.items() if value}:
        content["page"] = beside
    return content


def _keep_waiting(texts: dict[str, dict], waiting: dict[str, dict], own: str) -> None:
    """Add imported texts that are not yet applied, if the source text they translate is still the same."""
    origins = waiting.get(own, {})
    for language, said in waiting.items():
        if language != own:
            same = {name: text for name, text in said.items() if origins.get(name) == texts[own].get(name)}
            texts[language] = texts.get(language, {}) | same


def _described(page: ServicePage, translations: Iterable[ServicePage]) -> dict:
    texts: dict[str, str] = {}
    content = _structure(page, texts) | {"texts": {page.locale.language_code: texts}}
    for translation in translations:
        found: dict[str, str] = {}
        _structure(translation, found)
        own = translation_texts.TranslatedTexts(page, translation)
        paths = translation_texts.segment_paths(page)
        content["texts"][translation.locale.language_code] = {
            path: found[path]
            for path, text in texts.items()
            if path in found and own.is_translated(paths[path], text, found[path])
        }
    return content


def _structure(page: ServicePage, texts: dict[str, str]) -> dict:
    """Return the structure of a page, and add its texts to ``texts``."""
    texts["title"] = page.title
    applicant = {
        "name": _words(page.applicant_name),
        "email": page.applicant_email,
        "phone": page.applicant_phone,
        "address": page.applicant_address,
        "consent": page.applicant_consent,
    }
    return {
        "format": FORMAT,
        "language": page.locale.language_code,
        "slug": page.slug,
        "settings": {
            "team": page.team,
            "days": page.days,
            "applicant": {name: value for name, value in applicant.items() if value},
            **({"decide_together": True} if page.decide_together else {}),
            **_limits(page.limits),
            **_letters(page),
            **_retention(page),
        },
        "steps": steps_content(page.form, texts),
        "fees": fees_content(page.fees, texts),
        "stages": stages_content(page.stages, texts),
    }


def stages_content(stream, texts: dict[str, str]) -> list[dict]:
    """Return the stages as stored in a definition; add their texts to ``texts`` under ``stage.KEY.NAME``."""
    found = []
    for child in stream:
        value, key = child.value, child.value["key"]
        content = {"key": key, "type": child.block_type, "settings": _stage_settings(child)}
        if value["condition"]:
            content["condition"] = value["condition"]
        found.append(content)
        if value["label"]:
            texts[f"stage.{key}"] = value["label"]
        for name in stage_texts(value.block.child_blocks["settings"]):
            if value["settings"][name]:
                texts[f"stage.{key}.{name}"] = value["settings"][name]
    return found


def _limits(stream) -> dict:
    """Return the request limits of the service; empty if it has none."""
    found = {child.block_type: _bare_value(child.value) for child in stream}
    return {"limits": found} if found else {}


def _letters(page: ServicePage) -> dict:
    """Return the service's own letter templates and the legal remedies against its decisions."""
    named = {moment: getattr(page, f"letter_{moment}") for moment in ("receipt", "accepted", "refused")}
    letters = {moment: key for moment, key in named.items() if key}
    found = {"letters": letters, "remedies": page.remedies}
    return {name: value for name, value in found.items() if value}


def _retention(page: ServicePage) -> dict:
    """Return the service's own retention rule; empty if it has none."""
    if not page.kept_months:
        return {}
    found = {"months": page.kept_months, "disposition": page.disposition}
    return {"retention": found | ({"on_request": True} if page.erased_on_request else {})}


def _bare_value(value) -> dict:
    return drop_empty(_plain(value.block.get_prep_value(value)))


def _stage_settings(child) -> dict:
    value = child.value["settings"]
    settings = stages[child.block_type]().settings(value)
    stored = value.block.get_prep_value(value)
    laid = {name: _laid(block, stored[name]) for name, block in value.block.child_blocks.items()}
    return drop_empty(_plain(settings | laid))


def _laid(block: blocks.Block, stored):
    """Return a setting as stored in a definition: list entries have no block ids."""
    match block:
        case blocks.ListBlock():
            return [drop_empty(one["value"]) for one in stored]
        case blocks.StreamBlock():
            return [{"type": one["type"]} | drop_empty(one["value"]) for one in stored]
    return stored


def stage_texts(settings: blocks.StructBlock) -> list[str]:
    """Return the names of a stage's settings that are texts to translate."""
    return [
        name
        for name, block in settings.child_blocks.items()
        if isinstance(block, blocks.CharBlock | blocks.TextBlock)
        and not isinstance(block, NotTranslatedMixin)
    ]


# -- Texts of the page beside the form -----------------------------------------------------------------------
def _said(page: ServicePage, source: ServicePage) -> dict:
    """Return the texts of a page; of a translation only those that are translated."""
    own = translation_texts.TranslatedTexts(source, page)
    said = {}
    for name in (*TEXTS, *RICH):
        written = portable_html if name in RICH else str
        text, origin = (written(getattr(one, name)) for one in (page, source))
        if text and own.is_translated(name, origin, text, rich=name in RICH):
            said[name] = text
    for name in LISTS:
        if any(entries := _entries(page, source, name, own)):
            said[name] = entries
    return said


def _entries(
    page: ServicePage, source: ServicePage, name: str, own: "translation_texts.Translated"
) -> list[dict]:
    origins = {child.id: child.value for child in getattr(source, name)}
    found = []
    for child in getattr(page, name):
        if child.id not in origins:
            continue
        texts = {}
        for part, block in child.value.block.child_blocks.items():
            text, origin = (_written(block, value[part]) for value in (child.value, origins[child.id]))
            if text and own.is_translated(f"{name}.{child.id}.{part}", origin, text, rich=is_rich(block)):
                texts[part] = text
        found.append(texts)
    return found


def _written(block: blocks.Block, value) -> str:
    return portable_html(value.source) if is_rich(block) else str(value or "")


# -- Detection of the applicant's answers --------------------------------------------------------------------
def _found(steps: list[dict]) -> dict:
    found = {"name": _named(steps), "email": _first(steps, "email"), "phone": _first(steps, "phone")}
    found["address"] = _token(steps, "street-address") or _first(steps, "address")
    return {name: value for name, value in found.items() if value}


def _named(steps: list[dict]) -> list[str]:
    """Return the questions that browsers autofill with a person's name."""
    for tokens in (("given-name", "family-name"), ("name",)):
        found = [_token(steps, token) for token in tokens]
        if all(found):
            return found
    return []


def _token(steps: list[dict], token: str) -> str:
    return next((f["key"] for step in steps for f in step["fields"] if f.get("autocomplete") == token), "")


def _first(steps: list[dict], kind: str) -> str:
    if kind not in field_types:
        raise LookupError(kind)
    return next((field["key"] for step in steps for field in step["fields"] if field["type"] == kind), "")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _plain(value):
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
