"""The dates of an event follow its page."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from . import event_dates
from .models import EventPage

RHYTHM = {"start", "end", "cancelled", "repeats", "until", "times", "exceptions"}


@receiver(post_save, sender=EventPage)
def save_occurrences_of_page(instance, raw=False, update_fields=None, **kwargs):
    """Saving a draft writes only what is about the draft: the dates stay those that are published."""
    if not raw and (update_fields is None or RHYTHM & set(update_fields)):
        event_dates.save_occurrences(instance)
