"""From pages to a definition: structure from the source page, texts from each live translation."""

import json
from collections.abc import Iterable

from django.core.serializers.json import DjangoJSONEncoder
from wagtail import blocks

from eservices.cases.stages import stages
from eservices.formbuilder.blocks import Fixed, fees_content, steps_content
from eservices.formbuilder.definition import FORMAT
from eservices.formbuilder.field_types import field_types

from .models import ServicePage


def definition_of(page: ServicePage, translations: Iterable[ServicePage] = ()) -> dict:
    """The definition that ``page`` describes, with the texts of its translations where they have one."""
    texts: dict[str, str] = {"title": page.title}
    content = {
        "format": FORMAT,
        "language": page.locale.language_code,
        "slug": page.slug,
        "steps": steps_content(page.form, texts),
        "fees": fees_content(page.fees, texts),
        "stages": stages_content(page.stages, texts),
        "texts": {page.locale.language_code: texts},
    }
    content["settings"] = _settings(page, content["steps"])
    for translation in translations:
        found = _texts(translation)
        content["texts"][translation.locale.language_code] = {
            path: found[path] for path in texts if path in found
        }
    return content


def stages_content(stream, texts: dict[str, str]) -> list[dict]:
    """The stages as a definition holds them; their texts also stand under ``stage.KEY.NAME``."""
    found = []
    for child in stream:
        value, key = child.value, child.value["key"]
        settings = stages[child.block_type]().settings(value["settings"])
        content = {"key": key, "type": child.block_type, "settings": _plain(settings)}
        if value["condition"]:
            content["condition"] = value["condition"]
        found.append(content)
        if value["label"]:
            texts[f"stage.{key}"] = value["label"]
        texts |= {f"stage.{key}.{name}": text for name, text in _stage_texts(value["settings"])}
    return found


def _stage_texts(value) -> list[tuple[str, str]]:
    return [
        (name, value[name])
        for name, block in value.block.child_blocks.items()
        if isinstance(block, blocks.CharBlock | blocks.TextBlock)
        and not isinstance(block, Fixed)
        and value[name]
    ]


def _texts(page: ServicePage) -> dict[str, str]:
    texts: dict[str, str] = {"title": page.title}
    steps_content(page.form, texts)
    fees_content(page.fees, texts)
    stages_content(page.stages, texts)
    return texts


def _settings(page: ServicePage, steps: list[dict]) -> dict:
    applicant = {
        "name": _words(page.applicant_name) or _named(steps),
        "email": page.applicant_email or _first(steps, "email"),
        "phone": page.applicant_phone or _first(steps, "phone"),
    }
    return {"team": page.team, "days": page.days, "applicant": {k: v for k, v in applicant.items() if v}}


def _named(steps: list[dict]) -> list[str]:
    """The questions that browsers fill in with a person's name."""
    for tokens in (("given-name", "family-name"), ("name",)):
        found = [_token(steps, token) for token in tokens]
        if all(found):
            return found
    return []


def _token(steps: list[dict], token: str) -> str:
    return next((f["key"] for step in steps for f in step["fields"] if f.get("autocomplete") == token), "")


def _first(steps: list[dict], kind: str) -> str:
    assert kind in field_types
    return next((field["key"] for step in steps for field in step["fields"] if field["type"] == kind), "")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _plain(value):
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
