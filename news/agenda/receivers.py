"""The dates of an event follow its page."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from news.models import EventPage

from . import dates

RHYTHM = {"start", "end", "cancelled", "repeats", "until", "times", "exceptions"}


@receiver(post_save, sender=EventPage)
def follow(instance, raw=False, update_fields=None, **kwargs):
    """Saving a draft writes only what is about the draft: the dates stay those that are published."""
    if not raw and (update_fields is None or RHYTHM & set(update_fields)):
        dates.write(instance)
