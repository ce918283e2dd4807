"""Translated texts of a service as wagtail-localize stores them.

wagtail-localize identifies a text by the position of its block (``form.ID.fields.ID.label``), a definition by keys
(``field.nom.label``). Blocks have the same ids in all languages.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from django.db.models import F
from wagtail_localize.models import StringTranslation
from wagtail_localize.strings import StringValue

from eservices.formbuilder.blocks import FIELD_TEXTS

from ..models import ServicePage


class TranslatedTexts:
    """The texts of a translation that are really translated, not copied from the source for lack of a translation."""

    def __init__(self, source: ServicePage, translation: ServicePage):
        self.source, self.translation = source, translation

    def is_translated(self, path: str, origin: str, text: str, *, rich: bool = False) -> bool:
        """Return whether ``text`` at ``path`` is the translation's own; ``origin`` is the source's text.

        A text equal to the source's counts only if a translation with it is stored.
        """
        if self.translation is self.source or text != origin:
            return True
        same = self._same.get(path, ())
        return bool(same) if rich else StringValue.from_plaintext(text).data in same

    @cached_property
    def _same(self) -> dict[str, set[str]]:
        kept = StringTranslation.objects.filter(
            locale=self.translation.locale_id,
            context__object_id=self.source.translation_key,
            data=F("translation_of__data"),
            has_error=False,
        )
        found: dict[str, set[str]] = defaultdict(set)
        for path, text in kept.values_list("context__path", "data"):
            found[path].add(text)
        return found


def segment_paths(page: ServicePage) -> dict[str, str]:
    """Return the wagtail-localize paths of the texts of form, fees and stages, by their paths in a definition."""
    found = {"title": "title"}
    for name in ("form", "fees", "stages"):
        for child in getattr(page, name):
            found.update(_paths(child, f"{name}.{child.id}"))
    return found


def _paths(child, at: str) -> Iterator[tuple[str, str]]:
    value = child.value
    match child.block_type:
        case "step":
            yield from ((f"step.{value['key']}.{name}", f"{at}.{name}") for name in ("title", "intro"))
            for check in value["checks"]:
                yield f"check.{check.value['key']}", f"{at}.checks.{check.id}.message"
            yield from _inside(value["fields"], f"{at}.fields")
        case "fee":
            yield f"fee.{value['key']}", f"{at}.label"
        case _ if "settings" in value:
            yield f"stage.{value['key']}", f"{at}.label"
            for name in value["settings"]:
                yield f"stage.{value['key']}.{name}", f"{at}.settings.{name}"


def _inside(fields, at: str) -> Iterator[tuple[str, str]]:
    for child in fields:
        value, here = child.value, f"{at}.{child.id}"
        yield from (
            (f"field.{value['key']}.{name}", f"{here}.{name}") for name in FIELD_TEXTS if name in value
        )
        for option in value.get("options") or ():
            path = f"option.{value['key']}.{option.value['value']}"
            yield path, f"{here}.options.{option.id}.label"
            yield f"{path}.help", f"{here}.options.{option.id}.help"
        yield from _inside(value.get("fields") or (), f"{here}.fields")
