"""Queries of the case queue: views, groups, counts and rows. Read only.

No count goes beyond ``MAX_COUNT``, so that counting a million cases costs as much as counting a thousand.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.formbuilder.models import FormVersion
from home.caching.cached_attributes import cached_attribute
from home.caching.site_version import cached_per_version

from ... import access, audit_log
from ...models import Case, CaseEvent, CaseQuerySet, CaseStage
from ...search.terms import TermRank, parse_terms
from ...stages import LEAD, OTHERS
from ...states import CaseState
from ...texts.titles import titles_of
from ...workflow import absences
from .. import badges
from .rows import QueueColumn, QueueRow

MAX_COUNT = 1_000
OPEN = Q(closed_at=None)
CLOSED = Q(closed_at__isnull=False)
RUNNING = OPEN & Q(paused_at=None)
RESTING = OPEN & Q(paused_at__isnull=False)
REAL = Q(rehearsal=False)
NEEDS_AGENT = REAL & OPEN  # the cases of the first view

type Conditions = dict[str, tuple[str, Q]]  # key → label and condition


# -- Views and groups ----------------------------------------------------------------------------------------
def ready_made_views(user, now: datetime) -> Conditions:
    """Return the built-in views in their order. Agents start with the first."""
    return {
        "team": (_("Open, my teams"), NEEDS_AGENT),
        "mine": (_("Mine"), NEEDS_AGENT & Q(assignee=user)),
        **_deputy_view(user),
        **_confirmation_view(user),
        "unassigned": (_("To take"), NEEDS_AGENT & Q(assignee=None)),
        "overdue": (_("Late"), REAL & RUNNING & Q(deadline__lt=now)),
        "waiting": (_("Resting"), REAL & RESTING),
        "closed": (_("Closed"), REAL & CLOSED),
        "all": (_("All"), REAL),
        "rehearsals": (_("Rehearsals"), Q(rehearsal=True)),
    }


def _deputy_view(user) -> Conditions:
    """Return the view with the cases of absent colleagues whose deputy ``user`` is; {} if there are none."""
    away = Q()
    for team, colleagues in absences.represented_colleagues(user).items():
        away |= Q(team=team, assignee__in=colleagues)
    return {"instead": (_("Instead of the absent person"), NEEDS_AGENT & away)} if away else {}


def _confirmation_view(user) -> Conditions:
    """Return the view with colleagues' proposals; {} if ``user`` may confirm in no team."""
    teams = [
        one.team_id for one in access.memberships_of(user) if one.role >= access.REQUIRED_ROLES["review"]
    ]
    if not (teams or user.is_superuser):
        return {}
    within = Q() if user.is_superuser else Q(team__in=teams)
    return {"confirm": (_("To confirm"), NEEDS_AGENT & within & Q(pk__in=_proposed_by_others(user)))}


def _proposed_by_others(user) -> list[UUID]:
    """Return the keys of cases on which another agent proposes a decision. Cached on ``user``.

    These are a few of very many, which their own index finds immediately; as a condition in a count of all cases it
    would not be used.
    """

    def compute() -> list[UUID]:
        others = _proposed().exclude(data__proposal__by=user.pk)
        return list(others.values_list("case", flat=True))

    return cached_attribute(user, "_proposed_by_others", compute)


def deadline_groups(now: datetime) -> Conditions:
    """Return the groups of the queue by deadline, in order."""
    today, week = badges.end_of_day(now), badges.end_of_week(now)
    return {
        "late": (_("Late"), RUNNING & Q(deadline__lt=now)),
        "today": (_("Today"), RUNNING & Q(deadline__gte=now, deadline__lte=today)),
        "week": (_("This week"), RUNNING & Q(deadline__gt=today, deadline__lte=week)),
        "later": (_("Later"), RUNNING & Q(deadline__gt=week)),
        "free": (_("Without a deadline"), RUNNING & Q(deadline=None)),
        "paused": (_("Resting"), RESTING),
        "closed": (_("Closed"), CLOSED),
    }


# Filters beside the states: open cases that wait for a second agent, a lead, or others.
PROPOSED = "proposed"
HELD_UP = {
    PROPOSED: gettext_lazy("decision proposed: a second agent confirms"),
    LEAD: gettext_lazy("blocked: a lead must look"),
    OTHERS: gettext_lazy("waits for others"),
}


def cases_in_state(state: str) -> Q:
    """Build the condition for cases in a state, or held up as in ``HELD_UP``.

    It also restricts the columns by which the queue is ordered, so that its index is used.
    """
    if state == PROPOSED:
        return OPEN & Q(pk__in=_proposed().values("case"))
    if state in HELD_UP:
        return OPEN & Q(pk__in=CaseStage.objects.filter(waiting_for=state).values("case"))
    place = {CaseState.CLOSED: CLOSED, CaseState.WAITING: RESTING}.get(CaseState(state), OPEN)
    return Q(state=state) & place


def _proposed() -> QuerySet:
    """Return the active stages with a proposed decision."""
    return CaseStage.objects.filter(progress=CaseStage.Progress.ACTIVE, data__has_key="proposal")


# -- Counting ------------------------------------------------------------------------------------------------
def count_each(parts: Mapping[str, QuerySet]) -> dict[str, int]:
    """Count the cases of each part in one query. A count is at most ``MAX_COUNT + 1``."""
    counts, texts, params = dict.fromkeys(parts, 0), {}, []
    for key, cases in parts.items():
        query = cases.query.exists(limit=False)  # selects no columns
        query.set_limits(high=MAX_COUNT + 1)
        try:
            text, found = query.sql_with_params()
        except EmptyResultSet:
            continue
        texts[key] = f"(SELECT COUNT(*) FROM ({text}) AS counted)"  # noqa: S608 - made by the ORM
        params += found
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(texts.values())}", params)
            counts |= zip(texts, cursor.fetchone(), strict=True)
    return counts


def format_count(count: int) -> str:
    """Format a count for display."""
    return _("1,000+") if count > MAX_COUNT else str(count)


def search_ids(cases: CaseQuerySet, words: str) -> list[UUID]:
    """Return the keys of these cases that contain ``words``: best match first, then newest first.

    If there are more than ``MAX_COUNT``, return ``MAX_COUNT + 1`` in no order. Counting and ranking are one query,
    because a second one would look each case up again.
    """
    weighed = cases.order_by().annotate(fit=TermRank(parse_terms(words)))
    found = weighed.values_list("fit", "opened_at", "reference", "pk")[: MAX_COUNT + 1]
    best = sorted(found, key=lambda one: (-one[0], -one[1].timestamp(), one[2]))
    return [key for *_fit, key in best]


# -- Rows ----------------------------------------------------------------------------------------------------
ROW_FIELDS = (
    *(
        "reference",
        "state",
        "outcome",
        "rehearsal",
        "opened_at",
        "deadline",
        "closed_at",
        "paused_at",
        "due_at",
        "contact",
        "protected",
        "unscreened",
    ),
    *("team", "form", "submission__applicant_name", "submission__channel"),
    *("assignee__first_name", "assignee__last_name", "assignee__email"),
)


def with_row_data(cases: QuerySet, columns: Iterable[QueueColumn] = ()) -> QuerySet:
    """Add all that rows with these columns show. The number of queries does not depend on the number of cases."""
    last = audit_log.relevant_events(CaseEvent.objects.filter(case=OuterRef("pk"))).order_by("-number")
    active = CaseStage.objects.filter(case=OuterRef("pk"), progress=CaseStage.Progress.ACTIVE)
    active = active.order_by("position")
    return (
        cases.select_related("submission", "assignee")
        .only(*ROW_FIELDS)
        .prefetch_related(*(column.needs for column in columns if column.needs))
        .annotate(
            form_slug=F("form__slug"),
            last_kind=Subquery(last.values("kind")[:1]),
            last_at=Subquery(last.values("at")[:1]),
            stage_type=Subquery(active.values("type")[:1]),
            stage_waits_for=Subquery(active.values("waiting_for")[:1]),
            stage_proposal=Subquery(active.values(found=KT("data__proposal__outcome"))[:1]),
        )
    )


def order_by_ids(cases: Iterable[Case], keys: Sequence[UUID]) -> list[Case]:
    """Sort ``cases`` in the order of ``keys``."""
    place = {key: number for number, key in enumerate(keys)}
    return sorted(cases, key=lambda case: place[case.pk])


def stage_of(case: Case) -> badges.StageSummary | None:
    """Return the current stage of a case from ``with_row_data``; None if it is at none."""
    if not case.stage_type:
        return None
    return badges.StageSummary(case.stage_type, case.stage_waits_for, case.stage_proposal)


def service_titles(forms: Iterable | None = None) -> dict[str, str]:
    """Return the title of each form by its key, from its newest published version, in the active language.

    ``forms``: keys of the forms to return; by default all.
    """
    language = get_language() or settings.LANGUAGE_CODE
    known = cached_per_version(f"form-titles-{language}", lambda: _titles(language))
    return dict(known) if forms is None else {key: known[key] for key in map(str, forms) if key in known}


def _titles(language: str) -> dict[str, str]:
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    languages = dict.fromkeys([language, settings.LANGUAGE_CODE, *dict(settings.LANGUAGES)])
    title = Coalesce(*(KT(f"content__texts__{one}__title") for one in languages))
    return {str(form): name for form, name in published.filter(~Exists(later)).values_list("form", title)}


def render_rows(
    cases: Iterable[Case], now: datetime, titles: Mapping[str, str], columns: Sequence[QueueColumn] = ()
) -> list[QueueRow]:
    """Build the rows of cases from ``with_row_data``. ``titles``: the titles of the services."""
    cases = list(cases)
    names = titles_of(cases)
    return [_row(case, names[case.pk], now, titles, columns) for case in cases]


def _row(
    case: Case, name: str, now: datetime, titles: Mapping[str, str], columns: Sequence[QueueColumn]
) -> QueueRow:
    return QueueRow(
        case=case,
        group=badges.deadline_group(case, now),
        name=name,
        due=badges.due_text(case, now),
        age=badges.age_text(case, now),
        sign=badges.status_badge(case, stage_of(case)),
        service=titles.get(str(case.form_id)) or case.form_slug,
        columns=columns,
    )


def group_rows(
    rows: Iterable[QueueRow], now: datetime, sizes: Mapping[str, int]
) -> list[tuple[str, list[QueueRow]]]:
    """Group the rows under titles that contain the size of the group over all pages."""
    labels = deadline_groups(now)
    return [
        (f"{labels[key][0]}, {format_count(sizes[key])}", list(found))
        for key, found in groupby(rows, lambda row: row.group)
    ]
