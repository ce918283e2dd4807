"""The public page that contributions, answers and comments belong to, by the key it has in all languages."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language


def foreign_language_of(page) -> str:
    """The language of a page that is read in another one; empty where it is that at hand."""
    code = page.locale.language_code
    return "" if code == get_language() else code


def public_pages(model, keys: Iterable[UUID | str]) -> dict:
    """By its key each in the language at hand, else in another; without those of which none is public."""
    return unique_by_translation(model.objects.open_to_all().filter(translation_key__in=keys))


def unique_by_translation(pages) -> dict:
    """Of the pages that are the same in several languages the one in that at hand, else the first, by their key."""
    chosen = {}
    for page in pages.select_related("locale").order_by("pk"):
        if page.translation_key not in chosen or page.locale.language_code == get_language():
            chosen[page.translation_key] = page
    return chosen


def public_page(model, key: UUID | str):
    """The one in the language at hand, else in another; None where none is public."""
    return next(iter(public_pages(model, [key]).values()), None)
