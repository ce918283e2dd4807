"""Signal handlers that start and end an alert with its publication, so that every page shows it at once."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.signals import published, unpublished

from ..caching import site_version
from .models import Alert


@receiver([post_save, post_delete], sender=Alert)
def invalidate_cached_pages(**kwargs):
    site_version.invalidate_site()


@receiver(published, sender=Alert)
def start_alert(instance, **kwargs):
    """Start the alert unless it is running: rewording does not restart it, publishing after its end does."""
    if instance.live and (instance.began_at is None or instance.ended_at):
        instance.began_at, instance.ended_at = timezone.now(), None
        instance.save(update_fields=["began_at", "ended_at"])


@receiver(unpublished, sender=Alert)
def end_alert(instance, **kwargs):
    now = timezone.now()
    instance.ended_at = min(instance.expire_at or now, now)
    instance.save(update_fields=["ended_at"])
