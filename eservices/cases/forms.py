"""What agents type on a case, and how they narrow the queue."""

from datetime import timedelta

from django import forms
from django.db.models import Max, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.formbuilder.models import Form, FormVersion

from .models import Case, Team
from .states import State

LONGEST = 10_000
MOST_EVENTS = 2**31 - 1


def text_field(label, **options):
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        error_messages={"required": _("Write a few words first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


class DeedForm(forms.Form):
    """What an action needs to know beside the case. Its cleaned data are the action's arguments."""


class DecidingForm(DeedForm):
    """Carries the number of the last event that the agent saw."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=MOST_EVENTS, widget=forms.HiddenInput)


class NoteForm(DeedForm):
    text = text_field(_("Internal note"))


class MessageForm(DeedForm):
    text = text_field(_("Message"))


class AskForm(DecidingForm):
    text = text_field(_("What do we need?"))


class RefuseForm(DecidingForm):
    reason = text_field(_("Reason, which the applicant reads"))


class AcceptForm(DecidingForm):
    reason = text_field(_("A word to the applicant (optional)"), required=False)


class AssignForm(DeedForm):
    agent = forms.ModelChoiceField(
        User.objects.none(), label=_("Agent"), required=False, empty_label=_("nobody")
    )

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agent"].queryset = team.members.filter(is_active=True).order_by(
            "last_name", "first_name"
        )


class FilterForm(forms.Form):
    """The filters of the queue. What does not fit is as if it had not been said."""

    PERIODS = [
        ("", _("Any time")),
        ("1", _("Today")),
        ("7", _("7 days")),
        ("30", _("30 days")),
        ("365", _("A year")),
    ]
    DUE = [("", _("All")), ("late", _("Late")), ("today", _("Today")), ("week", _("This week"))]

    q = forms.CharField(label=_("Name, reference or answer"), required=False, max_length=200)
    service = forms.ChoiceField(label=_("Service"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])
    due = forms.ChoiceField(label=_("Deadline"), required=False, choices=DUE)
    team = forms.ChoiceField(label=_("Team"), required=False)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    received = forms.ChoiceField(label=_("Received"), required=False, choices=PERIODS)

    SHOWN = ("service", "state", "due", "team", "agent", "received")

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.teams = teams
        self.fields["service"].choices = [("", _("All")), *service_choices(teams)]
        self.fields["team"].choices = [("", _("All")), *((str(team.pk), team.name) for team in teams)]
        self.fields["agent"].choices = [("", _("All")), *self._agents()]
        self.is_valid()

    def _agents(self):
        people = User.objects.filter(memberships__team__in=self.teams).distinct()
        return [(str(one.pk), str(one)) for one in people.order_by("last_name", "first_name")]

    @property
    def active(self) -> dict[str, str]:
        """The filters in use, by name."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, cases, buckets, now):
        """``cases`` that the filters leave."""
        use = self.active
        wanted = Q()
        if service := use.get("service"):
            wanted &= Q(form=service)
        if state := use.get("state"):
            wanted &= Q(state=state)
        if due := use.get("due"):
            wanted &= buckets[due][1]
        if team := use.get("team"):
            wanted &= Q(team=team)
        if agent := use.get("agent"):
            wanted &= Q(assignee=agent)
        if received := use.get("received"):
            wanted &= Q(opened_at__gte=now - timedelta(days=int(received)))
        return cases.filter(wanted).search(use.get("q", ""))


def service_choices(teams) -> list[tuple[str, str]]:
    """The services of which these teams have cases, by their title today."""
    forms_in_use = Case.objects.filter(team__in=teams).order_by().values("form").distinct()
    return sorted(titles(Form.objects.filter(pk__in=forms_in_use)), key=lambda choice: choice[1].casefold())


def titles(found) -> list[tuple[str, str]]:
    """Key and title of each form, as its newest version calls it."""
    newest = found.annotate(newest=Max("versions__number")).values("pk", "newest")
    numbers = {row["pk"]: row["newest"] for row in newest}
    versions = FormVersion.objects.filter(form__in=numbers, number__in=set(numbers.values()))
    return [
        (str(version.form_id), version.definition.title(get_language() or "fr"))
        for version in versions
        if numbers[version.form_id] == version.number
    ]
