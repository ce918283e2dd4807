"""Signal handlers that update the dates of an event."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from . import event_dates
from .models import EventPage

RHYTHM = {"start", "end", "cancelled", "repeats", "until", "times", "exceptions"}


@receiver(post_save, sender=EventPage)
def save_occurrences_of_page(instance, raw=False, update_fields=None, **kwargs):
    """Save the dates of a saved event.

    Saving a draft updates only the fields that concern drafts, so that the published dates stay.
    """
    if not raw and (update_fields is None or RHYTHM & set(update_fields)):
        event_dates.save_occurrences(instance)
