"""What the editor of translations would publish: it asks no hook, and keeps texts that belong to no draft yet."""

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page
from wagtail_localize.models import Translation


def translation_of(page: Page) -> Translation | None:
    """The translation that a page is edited by; None where it is edited by itself."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale_id, enabled=True
    ).first()


def draft_of(translation: Translation) -> Page | None:
    """The page as its translation stands; None where its editor refuses a text of it anyway."""
    try:
        with transaction.atomic():
            translation.save_target(publish=False)
            draft = translation.get_target_instance().get_latest_revision_as_object()
            transaction.set_rollback(True)  # saving changes the published page too
    except ValidationError:
        return None
    return draft
