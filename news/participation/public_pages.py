"""Public pages of contributions, answers and comments, by the translation key."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language


def foreign_language_of(page) -> str:
    """Return the language code of the page if it is not the active language; else ""."""
    code = page.locale.language_code
    return "" if code == get_language() else code


def public_pages(model, keys: Iterable[UUID | str]) -> dict:
    """Return public pages by key, each in the active language, else in another. Keys without any are left out."""
    return unique_by_translation(model.objects.open_to_all().filter(translation_key__in=keys))


def unique_by_translation(pages) -> dict:
    """Return one page per translation key: in the active language if there is one, else the oldest."""
    chosen = {}
    for page in pages.select_related("locale").order_by("pk"):
        if page.translation_key not in chosen or page.locale.language_code == get_language():
            chosen[page.translation_key] = page
    return chosen


def public_page(model, key: UUID | str):
    """Return the public page in the active language, else in another; None if there is none."""
    return next(iter(public_pages(model, [key]).values()), None)
