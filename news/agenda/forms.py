"""Form with which visitors propose an event."""

from datetime import time, timedelta

from django import forms
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from news.proposals.forms import ProposalForm

from .recurrence import Frequency, is_last_weekday_of_month

AHEAD = timedelta(days=731)
MAX_OVERNIGHT_HOURS = 14  # hours: an event that ends before it begins ends on the next day


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("Enter a day, for example 24.11.2026.")}


class HourField(forms.TimeField):
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    default_error_messages = {"invalid": _("Enter an hour, for example 19:30.")}


class EventProposalForm(forms.Form):
    """A short form for one event."""

    title = forms.CharField(
        label=_("Name of the event"), max_length=120, error_messages={"required": _("Enter the name.")}
    )
    lead = forms.CharField(
        label=_("Summary in one sentence"),
        max_length=400,
        error_messages={"required": _("Describe the event in one sentence.")},
    )
    day = DayField(label=_("Day"), error_messages={"required": _("Enter the day.")})
    starts = HourField(
        label=_("Begins at"), error_messages={"required": _("Enter the time at which it begins.")}
    )
    ends = HourField(label=_("Ends at"), required=False)
    repeats = forms.ChoiceField(label=_("Repetition"), required=False)
    until = DayField(label=_("Up to and with"), required=False, help_text=_("Only for repeated events."))
    place = forms.CharField(
        label=_("Place"), max_length=120, error_messages={"required": _("Enter the place.")}
    )
    address = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    price = forms.CharField(
        label=_("Price"), max_length=60, required=False, help_text=_("Short: “Free”, “CHF 12.–”.")
    )
    access = forms.CharField(label=_("Access without barriers"), max_length=60, required=False)
    organiser = forms.CharField(
        label=_("Organised by"),
        max_length=200,
        error_messages={"required": _("Enter the organiser.")},
    )
    host = forms.ChoiceField(
        label=_("The same in our directory"),
        required=False,
        help_text=_("The event is then also shown there."),
    )
    phone = forms.CharField(
        label=_("Telephone for questions"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    text = forms.CharField(label=_("Description"), max_length=4000, required=False, widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        from news.directory.models import DirectoryEntry

        from .models import REPEATS

        super().__init__(*args, **kwargs)
        entries = DirectoryEntry.objects.public().values_list("pk", "name")
        self.fields["host"].choices = [("", _("Not specified")), *((str(pk), name) for pk, name in entries)]
        self.fields["repeats"].choices = REPEATS

    def clean_day(self):
        day, today = self.cleaned_data["day"], timezone.localdate()
        if not today <= day <= today + AHEAD:
            raise forms.ValidationError(_("Choose a day between today and two years from now."))
        return day

    def clean(self):
        data = super().clean()
        day, until = data.get("day"), data.get("until")
        if data.get("repeats") and day and "until" not in self.errors:
            if not until:
                self.add_error("until", _("Enter the end of the repetition."))
            elif not day <= until <= day + AHEAD:
                self.add_error(
                    "until", _("The repetition must end after the first date, and within two years.")
                )
        if data.get("repeats") == Frequency.MONTH_LAST and day and not is_last_weekday_of_month(day):
            self.add_error(
                "repeats", _("Choose a start date with a weekday that occurs again in the same month.")
            )
        if data.get("ends") and data.get("starts"):
            self._clean_end(data["starts"], data["ends"])
        return data

    def _clean_end(self, starts: time, ends: time) -> None:
        if ends == starts:
            self.add_error(
                "ends", _("The end is the same as the start. If you do not know the end, leave it empty.")
            )
        elif ends < starts and 24 - (starts.hour - ends.hour) > MAX_OVERNIGHT_HOURS:
            self.add_error("ends", _("The end is before the start. Check the times."))

    def values(self) -> dict:
        """Return the cleaned data as values that JSON can store."""
        data = self.cleaned_data
        hours = {name: data[name] and f"{data[name]:%H:%M}" for name in ("starts", "ends")}
        until = data["until"] if data["repeats"] else None
        days = {"day": data["day"].isoformat(), "until": until and until.isoformat()}
        return {name: data[name] for name in EventProposalForm.base_fields} | hours | days


class NewEventForm(ProposalForm, EventProposalForm):
    """The event form with the fields of its sender.

    An end on the next day is asked back once: ``overnight`` are then the hours that the next sending confirms.
    """

    field_order = [*EventProposalForm.base_fields, "sender"]
    overnight = ""

    def clean(self):
        data = super().clean()
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts and "ends" not in self.errors:
            self.overnight = f"{starts:%H:%M}-{ends:%H:%M}"
            if self.data.get("overnight") != self.overnight:
                hours = {"start": time_format(starts), "end": time_format(ends)}
                text = _(
                    "From %(start)s until %(end)s on the next day? If so, send it again. If not, correct the times."
                )
                self.add_error("ends", text % hours)
        return data
