"""How a case reads on the agents' desk: words and shapes for its state, its deadline, what happened."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import Field
from eservices.formbuilder.field_types import display, field_types
from eservices.formbuilder.logic.visibility import visible_fields, visible_steps
from eservices.submissions.models import StoredFile
from home.templatetags.commune import clock

from .case_events import label_of
from .models import Case, CaseEvent, CaseStage
from .progress import ahead, current
from .stages import AGENT, APPLICANT, LEAD, decides, stages
from .states import Outcome, State

Progress = CaseStage.Progress


@dataclass(frozen=True)
class Sign:
    """A word, its shape and its tone: never colour alone."""

    word: str
    icon: str = ""
    tone: str = ""


# -- The queue -----------------------------------------------------------------------------------------------
OPEN = ~Q(state=State.CLOSED)


def views(user, now: datetime) -> dict[str, tuple[str, Q]]:
    """The ready-made views of the queue: key → label and condition. The first is where agents begin."""
    real = Q(rehearsal=False)
    return {
        "team": (_("Open, my teams"), real & OPEN),
        "mine": (_("Mine"), real & OPEN & Q(assignee=user)),
        "unassigned": (_("To take"), real & OPEN & Q(assignee=None)),
        "overdue": (_("Late"), real & late(now)),
        "waiting": (_("Waiting for the applicant"), real & Q(state=State.WAITING)),
        "closed": (_("Closed"), real & Q(state=State.CLOSED)),
        "rehearsals": (_("Rehearsals"), Q(rehearsal=True)),
    }


def late(now: datetime) -> Q:
    return OPEN & Q(paused_at=None, deadline__lt=now)


def buckets(now: datetime) -> dict[str, tuple[str, Q]]:
    """The groups that the queue is divided into, in their order: key → title and condition."""
    today = end_of_day(now)
    week = today + timedelta(days=6 - timezone.localtime(now).weekday())
    running = OPEN & Q(paused_at=None)
    return {
        "late": (_("Late"), late(now)),
        "today": (_("Today"), running & Q(deadline__gte=now, deadline__lte=today)),
        "week": (_("This week"), running & Q(deadline__gt=today, deadline__lte=week)),
        "later": (_("Later"), running & Q(deadline__gt=max(week, today))),
        "free": (_("Without a deadline"), running & Q(deadline=None)),
        "paused": (_("Waiting for the applicant"), OPEN & Q(paused_at__isnull=False)),
        "closed": (_("Closed"), Q(state=State.CLOSED)),
    }


def bucket_of(case: Case, now: datetime) -> str:
    """The key of the group that a case stands in."""
    if not case.is_open:
        return "closed"
    if case.paused_at:
        return "paused"
    if case.deadline is None:
        return "free"
    if case.deadline < now:
        return "late"
    today = end_of_day(now)
    if case.deadline <= today:
        return "today"
    return (
        "week" if case.deadline <= today + timedelta(days=6 - timezone.localtime(now).weekday()) else "later"
    )


def end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now)
    return datetime.combine(local.date(), time.max, local.tzinfo)


def by_urgency(cases: QuerySet) -> QuerySet:
    """The nearest deadline first, then those without, what waits for the applicant, and closed ones."""
    return cases.order_by(
        F("closed_at").desc(nulls_first=True),
        F("paused_at").asc(nulls_first=True),
        F("deadline").asc(nulls_last=True),
        "opened_at",
        "reference",
    )


def counts(cases: QuerySet, conditions: dict[str, tuple[str, Q]]) -> dict[str, int]:
    """How many cases each condition holds for, in one query."""
    return cases.order_by().aggregate(
        **{key: Count("pk", filter=condition) for key, (_label, condition) in conditions.items()}
    )


def rows(cases: QuerySet) -> QuerySet:
    """``cases`` with all that a row of the queue shows, whatever their number in the same few queries."""
    last = CaseEvent.objects.filter(case=OuterRef("pk")).order_by("-number")
    active = CaseStage.objects.filter(progress=Progress.ACTIVE)
    return (
        cases.select_related("submission", "assignee", "team")
        .defer("search_text", "submission__answers")
        .prefetch_related("version", Prefetch("stages", active, to_attr="active_stages"))
        .annotate(last_kind=Subquery(last.values("kind")[:1]), last_at=Subquery(last.values("at")[:1]))
    )


@dataclass
class Row:
    """A case as the queue shows it."""

    case: Case
    due: Sign
    sign: Sign
    service: str
    last: str


def grouped(cases, now: datetime, sizes: dict[str, int]) -> list[tuple[str, int, list[Row]]]:
    """Rows under the title of their group, with the group's size over all pages."""
    titles = buckets(now)
    return [
        (titles[key][0], sizes[key], [_row(case, now) for case in group])
        for key, group in groupby(cases, lambda case: bucket_of(case, now))
    ]


def _row(case: Case, now: datetime) -> Row:
    waiting_for = case.active_stages[0].waiting_for if case.active_stages else ""
    return Row(
        case=case,
        due=due(case, now),
        sign=sign(case, waiting_for),
        service=case.version.definition.title(get_language() or case.language),
        last=label_of(case.last_kind) if case.last_kind else "",
    )


def due(case: Case, now: datetime) -> Sign:
    """By when the case should be answered, as a row says it."""
    key, deadline = bucket_of(case, now), case.deadline and timezone.localtime(case.deadline)
    if key == "closed":
        return Sign(_day(timezone.localtime(case.closed_at)) if case.closed_at else "", "check", "pause")
    if key == "paused":
        return Sign(_("resting"), "s5", "pause")
    if key == "free":
        return Sign(_("none"), "", "pause")
    if key == "late":
        days = (timezone.localtime(now).date() - deadline.date()).days
        late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
        return Sign(late if days else _("since %(hour)s") % {"hour": clock(deadline)}, "s6", "late")
    if key == "today":
        return Sign(_("today %(hour)s") % {"hour": clock(deadline)}, "clock", "now")
    return Sign(_day(deadline))


def _day(moment: datetime) -> str:
    # Translators: a short day in the date format of Django, as in “Fri 27.11.”
    return date_format(moment, _("D j.m."))


def sign(case: Case, waiting_for: str = "") -> Sign:
    """Where the case stands: who has to do something."""
    if case.state == State.CLOSED:
        return Sign(
            str(Outcome(case.outcome).label) if case.outcome else _("closed"),
            "check" if case.outcome != Outcome.REFUSED else "close",
            "ok" if case.outcome in (Outcome.ACCEPTED, Outcome.COMPLETED) else "",
        )
    if waiting_for == LEAD:
        return Sign(_("Blocked"), "alert", "bad")
    if case.state == State.WAITING or waiting_for == APPLICANT:
        return Sign(_("Waits for the applicant"), "s3")
    if case.state == State.DECIDED:
        return Sign(_("Being completed"), "s2", "ok")
    if waiting_for == AGENT:
        return Sign(_("To decide"), "s1", "must")
    return Sign(_("In progress"), "s2")


# -- One case ------------------------------------------------------------------------------------------------
@dataclass
class Answer:
    label: str
    value: str
    files: list[StoredFile] = field(default_factory=list)


def answers(case: Case, files: list[StoredFile]) -> list[tuple[str, list[Answer]]]:
    """What was declared, step by step as it was asked, in the agent's language."""
    definition, given = case.version.definition, case.submission.answers
    language, today = get_language() or case.language, timezone.localdate(case.submission.sent_at)
    by_id = {str(one.pk): one for one in files}

    def answer(asked: Field) -> Answer:
        found = [by_id[key] for key in _file_ids(asked, given.get(asked.key)) if key in by_id]
        value = "" if found else display(asked, given.get(asked.key), definition, language)
        return Answer(definition.text(f"field.{asked.key}.label", language), value, found)

    return [
        (
            definition.text(f"step.{step.key}.title", language),
            [answer(asked) for asked in visible_fields(step, given, today) if _asks(asked)],
        )
        for step in visible_steps(definition, given, today)
    ]


def _asks(asked: Field) -> bool:
    kind = field_types.get(asked.type)
    return kind is None or kind.asks


def _file_ids(asked: Field, answer) -> list[str]:
    if asked.type != "files" or not isinstance(answer, list):
        return []
    return [str(one.get("id")) for one in answer if isinstance(one, dict)]


@dataclass
class Line:
    """A line of the timeline."""

    at: datetime
    what: str
    who: str
    detail: str


def timeline(case: Case) -> list[Line]:
    """Everything that happened, newest first."""
    titles = {row.key: row.title or _type_label(row) for row in case.stages.all()}
    events = case.events.select_related("actor").order_by("-number")
    return [Line(event.at, label_of(event.kind), _who(event), _detail(event, titles)) for event in events]


def _who(event: CaseEvent) -> str:
    if event.actor_kind == CaseEvent.ActorKind.APPLICANT:
        return _("by the applicant")
    return str(event.actor) if event.actor else ""


def _detail(event: CaseEvent, titles: dict[str, str]) -> str:
    data = event.data
    found = data.get("reason") or titles.get(data.get("stage"), data.get("stage")) or data.get("name") or ""
    return str(found if isinstance(found, str) else "")[:300]


def _type_label(row: CaseStage) -> str:
    kind = stages.get(row.type)
    return str(kind.label) if kind else row.type


@dataclass
class StageLine:
    title: str
    progress: str
    detail: str


def track(case: Case) -> list[StageLine]:
    """The stages of the case as a way with a place on it. Those not needed are left out."""
    return [
        StageLine(row.title or _type_label(row), row.progress, _stage_detail(case, row))
        for row in case.stages.all()
        if row.progress != Progress.SKIPPED
    ]


WAITING_FOR = {
    "agent": gettext_lazy("waits for an agent"),
    "applicant": gettext_lazy("waits for the applicant"),
    "system": gettext_lazy("under way"),
    "lead": gettext_lazy("blocked: a lead must look"),
}


def _stage_detail(case: Case, row: CaseStage) -> str:
    if row.progress == Progress.DONE and row.done_at:
        done = timezone.localtime(row.done_at)
        return f"{_day(done)} {clock(done)}"
    if row.progress == Progress.ACTIVE:
        if decides(row) and case.assignee:
            return str(case.assignee)
        return row.reason or str(WAITING_FOR.get(row.waiting_for, ""))
    return ""


def situation(case: Case) -> str:
    """In one sentence: what is to do now, or why the case waits."""
    row = current(case)
    if not case.is_open:
        return ""
    if case.state == State.WAITING:
        since = _day(timezone.localtime(case.paused_at)) if case.paused_at else ""
        return _("We asked on %(day)s. The deadline rests until the answer.") % {"day": since}
    if row is None:
        return _("All is done; the case closes by itself within a minute.")
    if row.waiting_for == LEAD:
        return _("Blocked at “%(stage)s”: %(reason)s") % {
            "stage": row.title or _type_label(row),
            "reason": row.reason,
        }
    if decides(row) and not case.outcome:
        return _("Check what was declared, then decide.")
    return _("Now: %(stage)s, by itself.") % {"stage": row.title or _type_label(row)}


def consequences(case: Case) -> str:
    """What accepting sets off, as far as it is known."""
    following = [row.title or _type_label(row) for row in ahead(case) if not decides(row)]
    if not following:
        return _("Accepting writes to the applicant and closes the case.")
    return _("Accepting sets off: %(stages)s.") % {"stages": ", ".join(following)}


def days_left(case: Case, now: datetime) -> int:
    """Whole days to the deadline; negative once it is over."""
    return (timezone.localtime(case.deadline).date() - timezone.localtime(now).date()).days


def elapsed(case: Case, now: datetime) -> int:
    """How much of the time is gone, in per cent."""
    whole = (case.deadline - case.opened_at).total_seconds()
    gone = ((case.paused_at or now) - case.opened_at).total_seconds()
    return max(0, min(100, round(100 * gone / whole))) if whole > 0 else 100
