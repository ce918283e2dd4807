"""Periodic jobs of the catalogue."""

from home.scheduling.periodic import periodic_jobs

from .models import TranslationUpdate
from .tasks import sync_translations

BATCH_SIZE = 50


@periodic_jobs.register("translations")
def wake_translation_sync(now) -> None:
    """Enqueue a task for each service whose translations are outdated."""
    due = TranslationUpdate.objects.due(now).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:BATCH_SIZE]:
        sync_translations.enqueue(pk)
