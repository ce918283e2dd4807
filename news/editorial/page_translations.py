"""Translations of a page in wagtail-localize's editor: drafts of them, and those that stay published.

That editor calls no publish hook, and stores texts that are in no draft yet.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page
from wagtail_localize.models import Translation


def translation_edited_as(page: Page) -> Translation | None:
    """Return the translation by which a page is edited; None if the page is edited directly."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale_id, enabled=True
    ).first()


def translated_draft(translation: Translation) -> Page | None:
    """Return the page as its translation is now; None if its editor refuses one of the texts."""
    try:
        with transaction.atomic():
            translation.save_target(publish=False)
            draft = translation.get_target_instance().get_latest_revision_as_object()
            transaction.set_rollback(True)  # saving also changes the published page
    except ValidationError:
        return None
    return draft


def published_translations(page: Page) -> list[Page]:
    """Return the published translations of a page. They stay published when the page is not."""
    return list(
        page.get_translations().live().select_related("locale").order_by("locale__language_code").specific()
    )


def unpublishable_by(pages: Iterable[Page], user) -> list[Page]:
    """Return those that ``user`` may unpublish."""
    return [page for page in pages if page.permissions_for_user(user).can_unpublish()]


def language_names(pages: Iterable[Page]) -> str:
    """Return the names of the languages: “Deutsch, English”."""
    return ", ".join(page.locale.get_display_name() for page in pages)
