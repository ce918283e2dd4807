"""Update of a service's translations from its source, through wagtail-localize."""

from collections.abc import Iterable

from django.db.models import Q
from wagtail.models import Locale
from wagtail_localize.models import (
    String,
    StringTranslation,
    Translation,
    TranslationContext,
    TranslationSource,
)
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.segments.types import StringSegmentValue

from ..models import ServicePage
from .importer import Identify, block_ids_by_path, write_language

BATCH_SIZE = 500
type Words = dict[str, list[str]]  # texts by path, in the order of the page


def is_managed_by_localize(page: ServicePage) -> bool:
    """Return whether wagtail-localize has a copy of the page's texts that must be kept up to date.

    This is so with an enabled translation, and without any: the first translation uses an existing copy without
    reading the page again.
    """
    source = TranslationSource.objects.filter(object_id=page.translation_key, locale=page.locale_id)
    return source.filter(Q(translations__enabled=True) | Q(translations=None)).exists()


def sync_translations(page: ServicePage, definition: dict | None) -> None:
    """Update each translation of a source page to its current content.

    ``definition``: its texts in other languages are stored first, for languages that the service index has. Strings
    without a translation use the source's text. Live translations are published, and so are those that an import
    creates.
    """
    source, _new = TranslationSource.update_or_create_from_instance(page)
    for locale in _locales(page, definition):
        store_translated_texts(source, locale, definition, block_ids_by_path(page, definition))
        Translation.objects.get_or_create(source=source, target_locale=locale, defaults={"enabled": True})
    for translation in source.translations.filter(enabled=True).select_related("target_locale"):
        _renew(source, translation.target_locale)


def _locales(page: ServicePage, definition: dict | None) -> list[Locale]:
    """Return the languages of a definition that the service index has too."""
    languages = set(definition["texts"]) - {page.locale.language_code} if definition else set()
    counter = page.get_parent()
    found = Locale.objects.filter(language_code__in=languages).order_by("language_code")
    return [locale for locale in found if counter.has_translation(locale)]


def _renew(source: TranslationSource, locale: Locale) -> None:
    page = ServicePage.objects.filter(translation_key=source.object_id, locale=locale).first()
    shown = page is None or page.live
    translated, _new = source.create_or_update_translation(locale, publish=False, fallback=True)
    if shown:
        translated.get_latest_revision().publish()


def store_translated_texts(
    source: TranslationSource, locale: Locale, definition: dict, identify: Identify
) -> None:
    """Store the texts of a definition in another language as translations of those in its own.

    Uses bulk queries, because a large form has thousands of strings.
    """
    own = _words(definition, source.locale, identify)
    said = _words(definition, locale, identify)
    words = {
        (path, origin): text
        for path, origins in own.items()
        for origin, text in zip(origins, said.get(path, []), strict=False)
    }
    strings = _strings(source.locale, {origin for _path, origin in words})
    contexts = _contexts(source, {path for path, _origin in words})
    StringTranslation.objects.bulk_create(
        [
            StringTranslation(
                translation_of_id=strings[origin],
                context_id=contexts[path],
                locale=locale,
                data=text,
                translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
            )
            for (path, origin), text in words.items()
        ],
        update_conflicts=True,
        unique_fields=["locale", "translation_of", "context"],
        update_fields=["data", "translation_type", "has_error", "field_error", "updated_at"],
        batch_size=BATCH_SIZE,
    )


def _words(definition: dict, locale: Locale, identify: Identify) -> Words:
    """Return the texts of a definition in one language, as wagtail-localize would extract them from a page."""
    page = ServicePage(locale=locale)
    write_language(page, definition, locale.language_code, identify)
    found: Words = {}
    for segment in extract_segments(page):
        if isinstance(segment, StringSegmentValue) and segment.path != "slug":
            found.setdefault(segment.path, []).append(segment.string.data)
    return found


def _strings(locale: Locale, texts: Iterable[str]) -> dict[str, int]:
    """Return the ids of strings by text; create missing ones."""
    hashes = {String._get_data_hash(text): text for text in texts}
    String.objects.bulk_create(
        [String(locale=locale, data_hash=mark, data=text) for mark, text in hashes.items()],
        ignore_conflicts=True,
        batch_size=BATCH_SIZE,
    )
    found = _in_parts(String.objects.filter(locale=locale), "data_hash", list(hashes))
    return {hashes[mark]: pk for mark, pk in found}


def _contexts(source: TranslationSource, paths: Iterable[str]) -> dict[str, int]:
    """Return the ids of contexts by path; create missing ones."""
    hashes = {TranslationContext._get_path_id(path): path for path in paths}
    TranslationContext.objects.bulk_create(
        [
            TranslationContext(object_id=source.object_id, path=path, path_id=mark)
            for mark, path in hashes.items()
        ],
        ignore_conflicts=True,
        batch_size=BATCH_SIZE,
    )
    found = _in_parts(TranslationContext.objects.filter(object_id=source.object_id), "path_id", list(hashes))
    return {hashes[mark]: pk for mark, pk in found}


def _in_parts(rows, name: str, values: list) -> Iterable[tuple]:
    """Yield the value of ``name`` and the id of rows with one of many values, in several queries."""
    for start in range(0, len(values), BATCH_SIZE):
        yield from rows.filter(**{f"{name}__in": values[start : start + BATCH_SIZE]}).values_list(name, "pk")
