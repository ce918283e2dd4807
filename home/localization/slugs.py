"""Slugs, transliterated as in the commune's main language."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.forms.pages import WagtailAdminPageForm
from wagtail.admin.widgets import SlugInput

TRANSLITERATIONS = {"de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}}  # “behorden” is no German word


def slugify_title(title: str) -> str:
    """Return the slug of a title, such as “behoerden”."""
    return slugify(title.lower().translate({ord(sign): text for sign, text in _transliterations().items()}))


class NumberedSlugForm(WagtailAdminPageForm):  # type: ignore[misc]  # Wagtail has no types
    """A page form that numbers a slug that is taken, so that the page can be saved, also by autosave.

    The field keeps what the editor typed: while the editor writes the title, the slug still follows it to a free one.
    """

    numbered_slug = ""

    def clean(self) -> dict[str, Any]:
        slug, is_taken = self.cleaned_data.get("slug"), self._is_taken
        if slug and is_taken(slug):
            numbers = (f"{slug[: 255 - len(f'-{number}')]}-{number}" for number in count(2))
            self.numbered_slug = next(one for one in numbers if not is_taken(one))
            self.cleaned_data["slug"] = self.numbered_slug
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def _is_taken(self, slug: str) -> bool:
        if self.parent_page is None:
            return False
        siblings = self.parent_page.get_children()
        if self.instance.pk:
            siblings = siblings.exclude(pk=self.instance.pk)
        taken: bool = siblings.filter(slug=slug).exists()
        return taken

    def get_field_updates_for_resave(self) -> Iterator[tuple[str, str]]:
        """Yield the numbered slug too, under a name that is no field: ``slugs.js`` shows it to the editor."""
        yield from super().get_field_updates_for_resave()
        if self.numbered_slug:
            yield "numbered-slug", numbered_words(self.numbered_slug)


def numbered_words(slug: str) -> str:
    """Return the message for an editor whose slug was numbered."""
    return _(
        "This address is taken by another page: for now, this one is at “%(slug)s”. Change it under Promote."
    ) % {"slug": slug}


def patch_admin_slugs() -> None:
    """Transliterate in the browser too, where Wagtail derives the slug while an editor types the title."""
    register_form_field_override(models.SlugField, override={"widget": TransliteratingSlugInput})


class TransliteratingSlugInput(SlugInput):  # type: ignore[misc]
    """The input of a slug, with the transliterations of the commune's language."""

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        spelled = _transliterations()
        either_case = spelled | {mark.upper(): letters for mark, letters in spelled.items() if mark != "ß"}
        own = SlugInput(formatters=list(either_case.items())).attrs if spelled else {}
        given: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return own | given


def _transliterations() -> dict[str, str]:
    return TRANSLITERATIONS.get(settings.LANGUAGE_CODE, {})
