"""The public form of problem reports, and the update form for agents."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.fields.places import MapPointField
from home.web.public_forms import OwnEmailField, TimedForm

from .states import ReportState, is_allowed

MAX_TEXT_LENGTH = 2_000


class ProblemReportForm(TimedForm):
    """A problem report. The photo is processed before, because it may contain the place."""

    # For its errors; the view checks and stores it.
    photo = forms.FileField(label=_("The photo"), required=False)
    place = MapPointField(
        label=_("Address or place"),
        required=False,
    )
    category = forms.ChoiceField(
        label=_("Subject of the report"),
        error_messages={"required": _("Choose a subject.")},
    )
    detail = forms.CharField(
        label=_("A useful detail"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "in"}),
    )
    email = OwnEmailField(
        label=_("Your e-mail"),
        help_text=_("We only use it to tell you when the problem is solved."),
        required=False,
        widget=forms.EmailInput(attrs={"class": "in", "autocomplete": "email"}),
    )
    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data=None, *, categories, point=None, **kwargs):
        super().__init__(data, **kwargs)
        self.point = point
        self.categories = {str(one.translation_key): one for one in categories}
        self.fields["category"].choices = [(key, one.name) for key, one in self.categories.items()]

    def clean_detail(self):
        return self.cleaned_data["detail"].replace("\0", "")

    def clean_place(self):
        """Return the typed place, else the coordinates in the photo."""
        place = self.cleaned_data["place"]
        if place:
            return place
        if self.point is None:
            raise ValidationError(_("Enter the place."))
        return {"lat": self.point[0], "lon": self.point[1]}

    @property
    def chosen(self):
        """The chosen category."""
        return self.categories[self.cleaned_data["category"]]


class ReportUpdateForm(forms.Form):
    """The state of a report, and what is public of it."""

    state = forms.ChoiceField(label=_("Current state"))
    planned_for = forms.DateField(
        label=_("Planned for"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    word = forms.CharField(
        label=_("Message to the person who reported it (optional)"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea,
    )
    published = forms.BooleanField(label=_("Make title and place public"), required=False)
    title = forms.CharField(label=_("Public title"), required=False, max_length=120)
    public_place = forms.CharField(label=_("Public place"), required=False, max_length=120)
    photo_published = forms.BooleanField(
        label=_("Make the photo public: no person can be recognised on it"), required=False
    )

    def __init__(self, data=None, *, report, **kwargs):
        initial = {
            "state": report.shown_state,
            "planned_for": report.planned_for,
            "published": report.published,
            "title": report.title,
            "public_place": report.public_place or report.place[:120],
            "photo_published": report.photo_published,
        }
        super().__init__(data, initial=initial, auto_id="report_%s", **kwargs)
        self.fields["state"].choices = [
            (state.value, state.label) for state in ReportState if is_allowed(report.state, state)
        ]

    def clean(self):
        data = super().clean()
        if data.get("state") == ReportState.PLANNED and not data.get("planned_for"):
            self.add_error("planned_for", _("Enter the planned date."))
        return data
