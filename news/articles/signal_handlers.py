"""Signal handlers that invalidate caches when a category or topic is renamed."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from home.caching import site_version
from newsletter.models import Topic

from .models import NewsCategory


@receiver([post_save, post_delete], sender=NewsCategory)
@receiver([post_save, post_delete], sender=Topic)
def invalidate_cached_pages(**kwargs):
    site_version.invalidate_site()
