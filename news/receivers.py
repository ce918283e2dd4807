"""Names that pages show change: what was kept of them holds no longer."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from home import generation
from newsletter.models import Topic

from .agenda import receivers as agenda_receivers  # noqa: F401
from .directory import receivers as directory_receivers  # noqa: F401
from .library import receivers as library_receivers  # noqa: F401
from .models import NewsCategory
from .notices import receivers as notices_receivers  # noqa: F401


@receiver([post_save, post_delete], sender=NewsCategory)
@receiver([post_save, post_delete], sender=Topic)
def raise_the_generation(**kwargs):
    generation.changed()
