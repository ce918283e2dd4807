"""Filters of the case queue: their form, choices and query string."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import Form, FormVersion

from ... import access
from ...models import Case, CaseQuerySet, CaseTag, Team, TeamMember
from ...search import answer_filters
from ...states import CaseOutcome, CaseState
from . import queries

ME, NOBODY = "me", "nobody"
MAX_TAGS = 300  # most tags among the choices


class FilterChoices:
    """The choices of the filters for one agent. Fetched lazily and once, however many forms use them."""

    def __init__(self, user: User):
        self.user = user

    @cached_property
    def teams(self) -> list[Team]:
        return access.cached_teams_of(self.user)

    @cached_property
    def services(self) -> dict[str, str]:
        """The titles of the services of which the agent's teams have cases, by key."""
        known = Case.objects.real().filter(form=OuterRef("pk"), team__in=self.teams)
        titles = queries.service_titles(Form.objects.filter(Exists(known)).values_list("pk", flat=True))
        return dict(sorted(titles.items(), key=lambda one: one[1].casefold()))

    @cached_property
    def agents(self) -> list[User]:
        members = TeamMember.objects.filter(team__in=self.teams).values("user")
        found = User.objects.filter(pk__in=members).order_by("last_name", "first_name")
        return list(found.only("first_name", "last_name", "email"))

    @cached_property
    def tags(self) -> list[str]:
        return list(CaseTag.objects.values_list("name", flat=True)[:MAX_TAGS])

    def offered(self) -> dict[str, Callable[[], list[tuple[str, str]]]]:
        """Return functions that build the choices, by the filter's name."""
        everything = ("", _("All"))
        return {
            "service": lambda: [everything, *self.services.items()],
            "team": lambda: [everything, *((str(team.pk), str(team)) for team in self.teams)],
            "tag": lambda: [everything, *((name, name) for name in self.tags)],
            "agent": lambda: [
                *(everything, (ME, _("Me")), (NOBODY, _("nobody"))),
                *((str(agent.pk), str(agent)) for agent in self.agents),
            ],
        }


class SearchField(forms.CharField):
    """The search words.

    A longer text is cut off instead of being rejected: without search words the list would show all cases.
    """

    def to_python(self, value):
        return super().to_python(value).replace("\0", " ").strip()[: self.max_length]


class QueueFilterForm(forms.Form):
    """The filters of the queue. Invalid values are ignored."""

    PERIODS = [
        ("", _("All")),
        ("1", _("Today")),
        ("7", _("7 days")),
        ("30", _("30 days")),
        ("365", _("A year")),
    ]
    DUE = [
        ("", _("All")),
        ("late", _("Late")),
        ("today", _("Today")),
        ("week", _("This week")),
        ("later", _("Later")),
        ("free", _("Without a deadline")),
    ]

    FIRST = ("service", "state", "due", "agent", "received")
    MORE = ("team", "outcome", "tag", "since", "until")

    view = forms.CharField(required=False, max_length=20)
    q = SearchField(label=_("Name, reference or answer"), required=False, max_length=200)
    service = forms.ChoiceField(label=_("Service"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *CaseState.choices, *queries.HELD_UP.items()],
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *CaseOutcome.choices]
    )
    due = forms.ChoiceField(label=_("Deadline"), required=False, choices=DUE)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    received = forms.ChoiceField(label=_("Received"), required=False, choices=PERIODS)
    since = forms.DateField(
        label=_("Received from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Received until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Mapping[str, str], *, choices: FilterChoices):
        super().__init__(data)
        self.user = choices.user
        for name, offered in choices.offered().items():
            self.fields[name].choices = offered
        self.is_valid()

    @cached_property
    def answers(self) -> dict[str, str]:
        """The active filters on answers, by name."""
        return answer_filters.active_filters(self.data)

    @cached_property
    def active(self) -> dict[str, str]:
        """The active filters as in the query string, by name, without the view."""
        used = {name: self.data[name] for name, value in self.cleaned_data.items() if value}
        used.pop("view", None)
        if "q" in used:
            used["q"] = self.cleaned_data["q"]
        return used | self.answers

    @property
    def uses_more(self) -> bool:
        """True if a collapsed filter is active."""
        return bool(self.answers) or any(name in self.active for name in self.MORE)

    @property
    def query(self) -> str:
        """The query string of view and filters, always in the same order."""
        return urlencode({"view": self.chosen} | dict(sorted(self.active.items())))

    @cached_property
    def chosen(self) -> str:
        """The key of the chosen view.

        A search without a view covers all cases. The view of open cases is replaced by all cases if a filter asks for
        closed ones, because it contains none.
        """
        asked, closed = self.cleaned_data.get("view"), self._asks_for_closed
        if asked and not (closed and asked == "team"):
            return asked
        return "all" if closed or self.cleaned_data.get("q") else "team"

    @property
    def _asks_for_closed(self) -> bool:
        return bool(self.cleaned_data.get("outcome")) or self.cleaned_data.get("state") == CaseState.CLOSED

    @cached_property
    def definition(self) -> FormDefinition | None:
        """The newest published definition of the chosen service; None if none is chosen."""
        if not (service := self.cleaned_data.get("service")):
            return None
        version = FormVersion.objects.published().filter(form=service).order_by("-number").first()
        return version.definition if version else None

    def fields_of_answers(self) -> list[forms.BoundField]:
        """Return the filters on answers of the chosen service."""
        asked = self.definition
        fields = answer_filters.filter_form_fields(asked, get_language() or "fr") if asked else {}
        self.fields |= fields
        return [self[name] for name in fields]

    def narrow(self, cases: CaseQuerySet, now: datetime) -> CaseQuerySet:
        """Filter ``cases`` by view and filters."""
        views = queries.ready_made_views(self.user, now)
        _label, wanted = views.get(self.chosen) or views["team"]
        use, terms = self.cleaned_data, answer_filters.filter_terms(self.answers)
        for name, condition in CONDITIONS.items():
            if value := use.get(name):
                wanted &= condition(value, self.user, now)
        return cases.filter(wanted).search(use.get("q", "")).holding(terms)


CONDITIONS = {
    "service": lambda value, _user, _now: Q(form=value),
    "state": lambda value, _user, _now: queries.cases_in_state(value),
    "outcome": lambda value, _user, _now: Q(outcome=value),
    "due": lambda value, _user, now: queries.deadline_groups(now)[value][1],
    "agent": lambda value, user, _now: Q(assignee=_agent(value, user)),
    "team": lambda value, _user, _now: Q(team=value),
    "tag": lambda value, _user, _now: Q(
        pk__in=Case.tags.through.objects.filter(casetag__name=value).values("case")
    ),
    "received": lambda value, _user, now: Q(opened_at__gte=now - timedelta(days=int(value))),
    "since": lambda value, _user, _now: Q(opened_at__gte=_moment(value, time.min)),
    "until": lambda value, _user, _now: Q(opened_at__lte=_moment(value, time.max)),
}


def _agent(value: str, user: User):
    return {ME: user.pk, NOBODY: None}.get(value, value)


def _moment(day: date, hour: time) -> datetime:
    """Combine day and time in the commune's time zone. Days before 1900 count as 1900, which is before any case."""
    return datetime.combine(max(day, date(1900, 1, 1)), hour, timezone.get_current_timezone())
