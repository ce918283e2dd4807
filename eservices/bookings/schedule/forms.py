"""Forms of staff for bookings: time, resource and purpose."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import time_text
from ..actions import StaleBooking
from ..bookable_resources import BookableResource
from ..logic.availability import TimeSpan, is_ambiguous_time, is_existing_time
from ..models import Booking
from ..models.openings import MAX_MINUTES
from ..question.answers import parse_moment


class MomentInput(forms.DateTimeInput):
    """Input for a local date and time. For an ambiguous time, a second input selects which one.

    Its value is a time as typed, or an ISO moment.
    """

    def value_from_datadict(self, data, files, name):
        at, which = parse_moment(data.get(name)), data.get(f"{name}-which")
        if at is None or at.tzinfo or which not in ("0", "1"):
            return data.get(name)
        return at.replace(tzinfo=timezone.get_default_timezone(), fold=int(which)).isoformat()

    def render(self, name, value, attrs=None, renderer=None):
        at, zone = parse_moment(value) if isinstance(value, str) else value, timezone.get_default_timezone()
        known = at.astimezone(zone) if at and at.tzinfo else at
        typed = super().render(name, f"{known:%Y-%m-%dT%H:%M}" if known else value, attrs, renderer)
        if known is None or not is_ambiguous_time(known.replace(tzinfo=zone)):
            return typed
        choices = [
            ("", gettext("Choose…")),
            *((str(fold), label) for fold, label in enumerate(time_text.SEASONS)),
        ]
        which = forms.Select({"class": "in", "aria-label": gettext("Choose one of the two times")}, choices)
        return typed + which.render(f"{name}-which", str(known.fold) if known.tzinfo else "", None, renderer)


class MomentField(forms.Field):
    """A local date and time. The cleaned value is a moment."""

    widget = MomentInput(attrs={"type": "datetime-local", "class": "in"})
    default_error_messages = {
        "required": _("Write a day and a time."),
        "invalid": _("Write a day and a time."),
        "missing": _("The clock is put forward then: this time does not exist. Choose another one."),
        "twice": _("The clock goes back on this day, so this time occurs twice. Choose one of the two."),
    }

    def to_python(self, value):
        if not value:
            return None
        at, zone = parse_moment(value), timezone.get_default_timezone()
        if at is None:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid")
        if at.tzinfo:
            return at
        if not is_existing_time(at.date(), at.time(), zone):
            raise forms.ValidationError(self.error_messages["missing"], "missing")
        if is_ambiguous_time(at.replace(tzinfo=zone)):
            raise forms.ValidationError(self.error_messages["twice"], "twice")
        return at.replace(tzinfo=zone)


class BookingTimeForm(forms.Form):
    """Resource, start and end. ``offer`` and ``span`` are available once it is valid."""

    resource = forms.ChoiceField(label=_("What"), widget=forms.Select(attrs={"class": "in"}))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    anyway = forms.BooleanField(required=False)

    def __init__(self, *args, offers: list[BookableResource], language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = {one.key: one for one in offers}
        self.fields["resource"].choices = [(one.key, one.texts_in(language).title) for one in offers]

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and start >= end:
            self.add_error("ends_at", _("The end is before the start. Check both times."))
        elif start and end and end - start > timedelta(minutes=MAX_MINUTES):
            self.add_error("ends_at", _("This is longer than can be booked. Choose an earlier end."))
        return cleaned

    @property
    def offer(self) -> BookableResource:
        return self.offers[self.cleaned_data["resource"]]

    @property
    def span(self) -> TimeSpan:
        return TimeSpan.of(self.cleaned_data["starts_at"], self.cleaned_data["ends_at"])


class MoveForm(BookingTimeForm):
    """The new time of a booking. ``seen``: the ``sequence`` with which the form was shown."""

    seen = forms.IntegerField(required=False)

    def __init__(self, *args, booking: Booking, **kwargs):
        super().__init__(*args, **kwargs)
        self.booking = booking

    def clean_seen(self) -> int | None:
        seen = self.cleaned_data["seen"]
        if seen not in (None, self.booking.sequence):
            self.add_error(None, str(StaleBooking()))
        return seen


class PurposeForm(forms.Form):
    """The purpose of a booking, and whether it is public."""

    title = forms.CharField(
        label=_("Purpose"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "in"}),
        help_text=_("Do not enter names of private people where everybody can read them."),
    )
    public = forms.BooleanField(label=_("Everybody can read it in the public calendar"), required=False)


class InternalBookingForm(BookingTimeForm, PurposeForm):
    """Internal booking of the commune."""

    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        initial=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "in"}),
    )
    field_order = ["resource", "count", "starts_at", "ends_at", "title", "public", "anyway"]

    def clean(self):
        cleaned = super().clean()
        offer, count = self.offers.get(cleaned.get("resource")), cleaned.get("count") or 1
        if offer and count > (offer.most if offer.counted else 1):
            self.add_error("count", _("There are not so many."))
        return cleaned | {"count": count}
