"""Updates of translations that are due, as a worker runs them."""

import logging
from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from .definition import translation_sync
from .models import TranslationUpdate

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any update takes; afterwards another worker may take over
RETRY_PAUSES = [timedelta(minutes=minutes) for minutes in (1, 10, 60, 60 * 6)]  # by number of failures


def run_translation_update(page_id: int) -> None:
    """Update the translations of a service from its source, with the texts of an import.

    Safe to call at any time and repeatedly: unfinished updates are repeated. Translations that are live are
    published; strings without a translation use the source's text.
    """
    row = _claim(page_id)
    if row is None:
        return
    try:
        translation_sync.sync_translations(row.page, row.definition)
    except Exception:
        logger.exception("Translations of service %s could not be updated", page_id)
        pause = RETRY_PAUSES[min(row.attempts, len(RETRY_PAUSES)) - 1]
        _still(row).update(due_at=timezone.now() + pause)
    else:
        _still(row).delete()


def _claim(page_id: int) -> TranslationUpdate | None:
    """Claim the row for this worker; None if nothing is due or another worker has claimed it."""
    now = timezone.now()
    claimed = TranslationUpdate.objects.due(now).filter(pk=page_id)
    if not claimed.update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return TranslationUpdate.objects.select_related("page__locale").get(pk=page_id)


def _still(row: TranslationUpdate) -> QuerySet[TranslationUpdate]:
    """Return a query for the row as claimed. It is empty if a new publication has made the row due again."""
    return TranslationUpdate.objects.filter(pk=row.pk, due_at=row.due_at)
