"""Services that come as a file: a definition becomes the blocks of a page, as if an editor had laid them.

The blocks' ids are made from service and path, so that importing again keeps translations. Texts in other
languages become translations of wagtail-localize wherever the counter exists in that language.
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Locale
from wagtail_localize.models import String as SourceString
from wagtail_localize.models import StringTranslation, Translation, TranslationContext, TranslationSource
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.segments.types import StringSegmentValue

from eservices.formbuilder.blocks import fees_value, steps_value
from eservices.formbuilder.linter import Fault, errors

from .models import LifeSituation, ServiceIndexPage, ServicePage

NAMESPACE = uuid.UUID("8d6cf1d2-55f0-4a3c-9d0c-1f5d4f0a7b61")
LISTS = {"next_steps": "step", "good_to_know": "question"}  # StreamFields of one kind of block


@transaction.atomic
def write_service(index: ServiceIndexPage, definition: dict, page_fields: dict, *, user=None) -> ServicePage:
    """Makes the service of a definition under ``index``, or changes it, publishes it and its translations.

    ``page_fields``: what the page says beside the form. Texts by field name; ``situations`` as slugs;
    ``next_steps`` as ``[{"title", "text"}]``; ``good_to_know`` as ``[{"question", "answer"}]``; and
    ``translations``, the same by language. Raises ``ValidationError`` with every fault at once.
    """
    refuse(definition, index)
    fields = {name: value for name, value in page_fields.items() if name != "translations"}
    slug = definition["slug"]
    page = ServicePage.objects.child_of(index).filter(slug=slug).first()
    new = page is None
    page = page or ServicePage(slug=slug, locale=index.locale, live=False)
    put(page, definition, definition["language"], fields)
    if new:
        index.add_child(instance=page)
    situations = fields.get("situations", ())
    page.situations.set(LifeSituation.objects.filter(locale=page.locale, slug__in=situations))
    page.save_revision(user=user, clean=True).publish(user=user)
    page = ServicePage.objects.get(pk=page.pk)
    for language in definition["texts"]:
        if language != definition["language"]:
            translated = {**fields, **page_fields.get("translations", {}).get(language, {})}
            write_translation(page, definition, language, translated, user=user)
    return page


def refuse(definition: dict, index: ServiceIndexPage) -> None:
    faults = errors(definition)
    if not faults and definition["language"] != index.locale.language_code:
        faults = [Fault("error", "language", "The counter is in another language.")]
    if not faults and not definition.get("slug"):
        faults = [Fault("error", "slug", "The short name is missing.")]
    if faults:
        raise ValidationError([str(fault) for fault in faults])


def put(page: ServicePage, definition: dict, language: str, fields: dict) -> None:
    """Writes a definition in one of its languages, and the page's own fields, into a page."""
    texts, source = definition["texts"].get(language, {}), definition["texts"][definition["language"]]

    def text(path: str) -> str:
        return texts.get(path) or source.get(path, "")

    def identify(path: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{definition['slug']}/{path}"))

    settings = definition.get("settings", {})
    applicant = settings.get("applicant", {})
    page.title = text("title")
    page.team, page.days = settings.get("team", ""), settings.get("days", 5)
    page.applicant_name = ", ".join(applicant.get("name", []))
    page.applicant_email, page.applicant_phone = applicant.get("email", ""), applicant.get("phone", "")
    _stream(page, "form", steps_value(definition["steps"], text, identify))
    _stream(page, "fees", fees_value(definition.get("fees", []), text, identify))
    _stream(page, "stages", stages_value(definition.get("stages", []), text, identify))
    for name, value in fields.items():
        if name in LISTS:
            kind = LISTS[name]
            blocks = enumerate(value)
            _stream(
                page, name, [{"type": kind, "value": v, "id": identify(f"{name}.{n}")} for n, v in blocks]
            )
        elif name != "situations":
            setattr(page, name, value)


def stages_value(stages: list[dict], text, identify) -> list[dict]:
    """Stages of a definition as the raw value of a StreamField."""
    found = []
    for stage in stages:
        key = stage["key"]
        settings = {name: value for name, value in stage.get("settings", {}).items() if name != "format"}
        value = {
            "key": key,
            "label": text(f"stage.{key}"),
            "condition": stage.get("condition"),
            "settings": settings | {n: t for n in settings if (t := text(f"stage.{key}.{n}"))},
        }
        found.append({"type": stage["type"], "value": value, "id": identify(f"stage.{key}")})
    return found


def write_translation(page: ServicePage, definition: dict, language: str, fields: dict, *, user=None):
    """The page in another language, by way of wagtail-localize; None where the counter is not in it."""
    locale = Locale.objects.filter(language_code=language).first()
    if locale is None or not page.get_parent().has_translation(locale):
        return None
    source, _new = TranslationSource.update_or_create_from_instance(page)
    twin = ServicePage.objects.get(pk=page.pk)
    put(twin, definition, language, fields)
    _keep_strings(source, locale, _strings(page), _strings(twin))
    Translation.objects.get_or_create(source=source, target_locale=locale, defaults={"enabled": True})
    translated, _new = source.create_or_update_translation(locale, user=user, publish=False, fallback=True)
    translated.get_latest_revision().publish(user=user)
    return ServicePage.objects.get(pk=translated.pk)


def _strings(page: ServicePage) -> list[StringSegmentValue]:
    segments = extract_segments(page)
    return [one for one in segments if isinstance(one, StringSegmentValue) and one.path != "slug"]


def _keep_strings(source, locale: Locale, originals: list, translations: list) -> None:
    """Stores what the twin says where the original speaks, string by string."""
    contexts = {one.path: one for one in TranslationContext.objects.filter(object_id=source.object_id)}
    said: dict[str, list] = {}
    for segment in translations:
        said.setdefault(segment.path, []).append(segment)
    for segment in originals:
        twin = said.get(segment.path, [])
        if not twin or segment.is_empty() or segment.path not in contexts:
            continue
        string = SourceString.from_value(source.locale, segment.string)
        StringTranslation.objects.update_or_create(
            translation_of=string,
            locale=locale,
            context=contexts[segment.path],
            defaults={"data": twin.pop(0).string.data, "last_translated_by": None},
        )


def _stream(page: ServicePage, name: str, raw: list[dict]) -> None:
    setattr(page, name, page._meta.get_field(name).stream_block.to_python(raw))
