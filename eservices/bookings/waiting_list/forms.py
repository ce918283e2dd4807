"""Form for the waiting list."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eservices.accounts.fields import EmailAddressFormField
from home.validators import validate_no_control

from .. import time_text
from ..bookable_resources import BookableResource
from ..logic.availability import AvailabilityCalendar, TimeSpan
from ..question.answers import parse_moment, time_key, to_local_time


class WaitForm(forms.Form):
    """The time on a day, and an e-mail address. The cleaned ``span`` is a time that the resource has on that day."""

    start = forms.ChoiceField(label=pgettext_lazy("time of day", "From"))
    end = forms.ChoiceField(label=pgettext_lazy("time of day", "Until"))
    email = EmailAddressFormField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We write to this address when the time is free."),
    )

    def __init__(self, offer: BookableResource, calendar: AvailabilityCalendar, day: date, data=None):
        super().__init__(data)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["email"].validators.append(validate_no_control)
        slots = [slot for slot in calendar.slots(day) if slot.span.start > calendar.now]
        if offer.fixed:
            taken = [slot.span for slot in slots if not slot.free]
            self.fields["start"].choices = [
                (time_key(one, offer), time_text.format_hours(one)) for one in taken
            ]
            self.fields["start"].label = _("Time")
            self.taken = {time_key(one, offer): one for one in taken}
            del self.fields["end"]
        else:
            starts = [slot.span.start for slot in slots]
            self.fields["start"].choices = _hours(starts, day)
            self.fields["end"].choices = _hours(_possible_ends(offer, day), day)

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and "end" not in self.fields:
            cleaned["span"] = self.taken[start]
        elif start and end:
            cleaned["span"] = TimeSpan.of(parse_moment(start), parse_moment(end))
            if cleaned["span"].start >= cleaned["span"].end:
                self.add_error("end", _("The end is before the start. Check both times."))
        return cleaned


def _hours(moments: Iterable, day: date) -> list[tuple[str, str]]:
    return [(to_local_time(at), time_text.format_end(timezone.localtime(at), day)) for at in moments]


def _possible_ends(offer: BookableResource, day: date) -> list:
    """Return the possible ends of times that start on a day, by the rules."""
    found = set()
    for window in offer.rules.day_windows(day):
        end = window.start + offer.rules.shortest
        while end <= window.end:
            found.add(end)
            end += offer.rules.step
    return sorted(found)
