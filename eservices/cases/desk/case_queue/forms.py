"""Forms of the case queue: actions on several cases, saved views and layout."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User

from ...forms import MAX_EVENT_NUMBER, textarea_field
from ...models import SavedView, Team
from .rows import CHOICES

MAX_CASES = 200  # cases of one request of one request


def ticked_references(data: QueryDict) -> list[str]:
    """Return the references of the ticked cases, at most ``MAX_CASES``."""
    return [one for one in data.getlist("cases")[:MAX_CASES] if "\0" not in one]


class BulkForm(forms.Form):
    """An action on the ticked cases."""

    @property
    def references(self) -> list[str]:
        return ticked_references(self.data)

    def is_valid(self):
        return super().is_valid() and bool(self.references)


class BulkAssignForm(BulkForm):
    agent = forms.ModelChoiceField(User.objects.none(), required=False)

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.fields["agent"].queryset = User.objects.filter(memberships__team__in=teams).distinct()


class BulkTagForm(BulkForm):
    name = forms.CharField(max_length=40)


class BulkDecisionForm(forms.Form):
    """The decision for several cases. Every applicant reads the reason; a refusal requires one."""

    ACCEPT, REFUSE = "accept", "refuse"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(ACCEPT, _("Accept")), (REFUSE, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = textarea_field(
        _("Text for every applicant. You must give a reason for a refusal"), required=False
    )

    def clean(self):
        found = super().clean()
        if found.get("decision") == self.REFUSE and not found.get("reason", "").strip():
            self.add_error("reason", _("Explain why. Every applicant reads it."))
        return found

    @property
    def seen(self) -> dict[str, int]:
        """The number of the last event of each case that the agent saw, by reference."""
        pairs = (one.rpartition(":") for one in self.data.getlist("seen")[:MAX_CASES])
        return {
            reference: int(number)
            for reference, _colon, number in pairs
            if number.isascii() and number.isdigit() and int(number) <= MAX_EVENT_NUMBER
        }


class SaveViewForm(forms.ModelForm):
    """The name of a new view with the current filters, for the agent or for a team."""

    class Meta:
        model = SavedView
        fields = ["name", "team", "query"]
        widgets = {"query": forms.HiddenInput}
        labels = {"name": _("Name of the view"), "team": _("For")}

    def __init__(self, data=None, *, teams: list[Team], **kwargs):
        super().__init__(data, auto_id="view_%s", **kwargs)
        self.fields["team"].queryset = Team.objects.filter(pk__in=[team.pk for team in teams])
        self.fields["team"].empty_label = _("me only")


class LayoutForm(forms.Form):
    """The columns of the queue and the density of its rows."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
    )
    dense = forms.BooleanField(label=_("Dense rows"), required=False)
