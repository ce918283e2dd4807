"""What the scheduler does for the catalogue."""

from home.background import sweeps

from .models import TranslationUpdate
from .tasks import update_translations

AT_ONCE = 50


@sweeps.register("translations")
def let_translations_follow(now) -> None:
    """Wakes a worker for each service whose translations are behind."""
    due = TranslationUpdate.objects.due(now).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:AT_ONCE]:
        update_translations.enqueue(pk)
