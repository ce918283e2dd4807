"""The public page that contributions, answers and comments belong to, by the key it has in all languages."""

from uuid import UUID

from django.utils.translation import get_language


def public_page(model, key: UUID | str):
    """The one in the language at hand, else in another; None where none is public."""
    pages = model.objects.open_to_all().filter(translation_key=key)
    found = list(pages.select_related("locale").order_by("pk"))
    return next((one for one in found if one.locale.language_code == get_language()), next(iter(found), None))
