"""A page and its translations: what their editor would publish, and what stays when the page goes.

That editor asks no hook, and keeps texts that belong to no draft yet.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page
from wagtail_localize.models import Translation


def translation_edited_as(page: Page) -> Translation | None:
    """The translation that a page is edited by; None where it is edited by itself."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale_id, enabled=True
    ).first()


def translated_draft(translation: Translation) -> Page | None:
    """The page as its translation stands; None where its editor refuses a text of it anyway."""
    try:
        with transaction.atomic():
            translation.save_target(publish=False)
            draft = translation.get_target_instance().get_latest_revision_as_object()
            transaction.set_rollback(True)  # saving changes the published page too
    except ValidationError:
        return None
    return draft


def published_translations(page: Page) -> list[Page]:
    """The translations of a page that the public sees; they stay when the page is taken from it."""
    return list(
        page.get_translations().live().select_related("locale").order_by("locale__language_code").specific()
    )


def unpublishable_by(pages: Iterable[Page], user) -> list[Page]:
    """Those that ``user`` may take from the public."""
    return [page for page in pages if page.permissions_for_user(user).can_unpublish()]


def language_names(pages: Iterable[Page]) -> str:
    """“Deutsch, English”."""
    return ", ".join(page.locale.get_display_name() for page in pages)
