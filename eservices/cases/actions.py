"""Every write on a case. Each locks the row, asks the states, writes one event and its outbox rows."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.submissions.models import StoredFile, Submission

from . import deadlines, emails, numbers, states, tasks, trace
from .actors import SYSTEM, Actor, Applicant
from .models import Case, CaseLink, CaseStage, Message, Note, Team
from .progress import unfinished
from .searching import words_of
from .stages import decides
from .states import Outcome

DEFAULT_TEAM = "commune"


class IllegalTransition(Exception):
    """What was asked cannot be done to the case as it stands. The message is for the person who asked."""


class Stale(IllegalTransition):
    """The case changed since the person looked at it."""


# -- Opening and completing ----------------------------------------------------------------------------------
@transaction.atomic
def open_case(*, actor: Actor, submission: Submission) -> Case:
    """Opens the case of a submission, lays its stages and mails the receipt."""
    version = submission.version
    rehearsal = version.kind == version.Kind.REHEARSAL
    case = Case.objects.create(
        reference=numbers.case_reference(rehearsal=rehearsal),
        submission=submission,
        version=version,
        form=version.form,
        language=submission.language,
        team=_team(version.definition.settings.get("team", "")),
        rehearsal=rehearsal,
        opened_at=submission.sent_at,
        deadline=_deadline(submission.sent_at, version.definition.settings.get("days")),
        due_at=timezone.now(),
    )
    case.search_text = search_text(case)
    case.save(update_fields=["search_text"])
    CaseLink.objects.create(case=case, mailed=False)
    _lay_stages(case)
    trace.record(case, "opened", actor, channel=submission.channel, version=version.number)
    emails.receipt(case)
    _wake(case)
    return case


@transaction.atomic
def complete(*, actor: Actor, case: Case) -> Case:
    """Closes a case whose stages are all done. What was decided stays; else it is simply completed."""
    case = _allowed(case, "complete")
    _close(case, "complete", case.outcome or Outcome.COMPLETED, case.reason)
    trace.record(case, "completed", actor, outcome=case.outcome)
    return case


# -- Agents --------------------------------------------------------------------------------------------------
@transaction.atomic
def take(*, actor: User, case: Case) -> Case:
    """Makes the actor responsible. The first of two wins; the other is told who has it."""
    case = _allowed(case, "take")
    if case.assignee_id and case.assignee_id != actor.pk:
        raise IllegalTransition(_("%(agent)s has taken this case already.") % {"agent": case.assignee})
    return _assign(case, "take", actor, actor, "taken")


@transaction.atomic
def assign(*, actor: Actor, case: Case, agent: User | None) -> Case:
    """Makes ``agent`` responsible, or nobody. The agent must be a member of the case's team."""
    case = _allowed(case, "assign")
    if agent and not case.team.memberships.filter(user=agent).exists():
        raise IllegalTransition(_("This person is not in the team of this case."))
    return _assign(case, "assign", actor, agent, "assigned")


@transaction.atomic
def note(*, actor: User, case: Case, text: str) -> Note:
    """Writes an internal note: never shown to the applicant."""
    case = _allowed(case, "note")
    written = Note.objects.create(case=case, author=actor, text=_text(text))
    trace.record(case, "noted", actor, note=written.pk)
    return written


@transaction.atomic
def leave_trace_of_reading(*, actor: User, case: Case, file: StoredFile) -> None:
    """Keeps that somebody opened what the applicant sent."""
    trace.record(locked(case.pk), "file_read", actor, file=str(file.pk), name=file.name)


@transaction.atomic
def message(*, actor: Actor, case: Case, text: str, files: list[StoredFile] | tuple = ()) -> Message:
    """Writes to the other side. The case stays in its state."""
    case = _allowed(case, "message")
    written = _say(case, Message.Kind.MESSAGE, actor, text, files)
    trace.record(case, "message", actor, message=written.pk)
    _tell_other_side(case, written, actor)
    return written


@transaction.atomic
def ask(*, actor: User, case: Case, text: str, seen: int | None = None) -> Message:
    """Asks the applicant; the deadline rests until the answer."""
    case = _allowed(case, "ask", seen)
    written = _say(case, Message.Kind.QUESTION, actor, text)
    case.state = states.after("ask", case.state)
    case.paused_at = written.at
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "paused_at", "assignee"])
    trace.record(case, "asked", actor, message=written.pk)
    emails.question(case, written)
    return written


@transaction.atomic
def accept(*, actor: User, case: Case, reason: str = "", details: dict | None = None, seen=None) -> Case:
    """Decides yes; the process goes on. ``details`` is what the decision's forms stated, by their key."""
    case = _allowed(case, "accept", seen)
    row = _decision(case)
    row.data |= {"details": details or {}, "by": actor.pk}
    row.save(update_fields=["data"])
    case.state, case.outcome, case.reason = (
        states.after("accept", case.state),
        Outcome.ACCEPTED,
        _text(reason, empty=True),
    )
    case.assignee = case.assignee or actor
    case.save(update_fields=["state", "outcome", "reason", "assignee"])
    trace.record(case, "accepted", actor, reason=case.reason, details=details or {})
    emails.accepted(case)
    _wake(case)
    return case


@transaction.atomic
def refuse(*, actor: User, case: Case, reason: str, seen: int | None = None) -> Case:
    """Decides no, with the reason that the applicant reads. Closes the case."""
    case = _allowed(case, "refuse", seen)
    case.assignee = case.assignee or actor
    _close(case, "refuse", Outcome.REFUSED, _text(reason))
    trace.record(case, "refused", actor, reason=case.reason)
    emails.refused(case)
    return case


# -- Applicants ----------------------------------------------------------------------------------------------
@transaction.atomic
def answer(*, actor: Applicant, case: Case, text: str, files: list[StoredFile] | tuple = ()) -> Message:
    """The applicant answers what was asked; the deadline runs again."""
    case = _allowed(case, "answer")
    written = _say(case, Message.Kind.ANSWER, actor, text, files)
    case.state = states.after("answer", case.state)
    case.deadline = _resumed(case, written.at)
    case.paused_at = None
    case.save(update_fields=["state", "deadline", "paused_at"])
    trace.record(case, "answered", actor, message=written.pk, files=len(files))
    emails.answered(case, written)
    return written


@transaction.atomic
def withdraw(*, actor: Actor, case: Case, reason: str = "") -> Case:
    """The applicant takes the request back. Closes the case."""
    case = _allowed(case, "withdraw")
    _close(case, "withdraw", Outcome.WITHDRAWN, _text(reason, empty=True))
    trace.record(case, "withdrawn", actor, reason=case.reason)
    emails.withdrawn(case)
    return case


@transaction.atomic
def confirm_address(*, actor: Applicant, case: Case) -> Case:
    """Somebody used the link that was mailed: the address is theirs. Only the first time counts."""
    case = locked(case.pk)
    if actor.link is None or not actor.link.mailed or actor.link.case_id != case.pk:
        raise IllegalTransition(_("Only the link that we mailed confirms the address."))
    if case.email_confirmed_at is None:
        case.email_confirmed_at = timezone.now()
        case.save(update_fields=["email_confirmed_at"])
        trace.record(case, "address_confirmed", actor)
    return case


# -- The process ---------------------------------------------------------------------------------------------
@transaction.atomic
def wake(*, actor: Actor = SYSTEM, case: Case) -> None:
    """The case's process is looked at again: something it waits for has happened."""
    _wake(locked(case.pk))


# -- Shared --------------------------------------------------------------------------------------------------
def locked(pk) -> Case:
    """The case's row, locked until the transaction ends, with what every action needs."""
    related = ("submission", "version", "form", "team", "assignee")
    return Case.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def search_text(case: Case) -> str:
    """What a search finds the case by."""
    sent = case.submission
    return words_of(case.reference, sent.applicant_name, sent.email, sent.phone, sent.answers)


def _lay_stages(case: Case) -> None:
    """Writes the stages of the case's version, all to come."""
    CaseStage.objects.bulk_create(
        CaseStage(case=case, position=position, key=spec.key, type=spec.type)
        for position, spec in enumerate(case.version.definition.stages)
    )


def _allowed(case: Case, action: str, seen: int | None = None) -> Case:
    """The case, locked, if ``action`` may be taken on it now and nothing happened since event ``seen``."""
    fresh = locked(case.pk)
    if not states.allowed(action, fresh.state):
        raise IllegalTransition(
            _("This is not possible any more: the case is now “%(state)s”.")
            % {"state": fresh.get_state_display()}
        )
    if seen is not None and trace.last_change(fresh) != seen:
        raise Stale(
            _("Something happened on this case since you opened it. Look at the timeline, then decide again.")
        )
    return fresh


def _assign(case: Case, action: str, actor: Actor, agent: User | None, event: str) -> Case:
    case.state, case.assignee = states.after(action, case.state), agent
    case.save(update_fields=["state", "assignee"])
    trace.record(case, event, actor, agent=agent.pk if agent else None, name=str(agent or ""))
    return case


def may_decide(case: Case) -> bool:
    """Whether the case has come to its decision; screens ask before they offer it."""
    try:
        return bool(_decision(case))
    except IllegalTransition:
        return False


def _decision(case: Case) -> CaseStage:
    """The stage that a decision ends. Refused while an earlier stage still waits for something."""
    for row in unfinished(case):
        if decides(row):
            return row
        if row.progress == CaseStage.Progress.ACTIVE:
            raise IllegalTransition(_("First comes “%(stage)s”.") % {"stage": row.title or row.key})
    raise IllegalTransition(_("There is nothing to decide on this case."))


def _close(case: Case, action: str, outcome: str, reason: str) -> None:
    """Ends the case: nothing is due any more, stages that did not run are not needed."""
    case.state, case.outcome, case.reason = states.after(action, case.state), outcome, reason
    case.closed_at, case.due_at, case.paused_at = timezone.now(), None, None
    case.save(update_fields=["state", "outcome", "reason", "closed_at", "due_at", "paused_at"])
    CaseStage.objects.filter(pk__in=[row.pk for row in unfinished(case)]).update(
        progress=CaseStage.Progress.SKIPPED, done_at=case.closed_at, waiting_for="", reason=""
    )


def _say(case: Case, kind: str, actor: Actor, text: str, files: list[StoredFile] | tuple = ()) -> Message:
    author = None if isinstance(actor, Applicant) or actor is SYSTEM else actor
    written = Message.objects.create(case=case, kind=kind, author=author, text=_text(text, empty=bool(files)))
    written.files.set(files)
    return written


def _tell_other_side(case: Case, written: Message, actor: Actor) -> None:
    if isinstance(actor, Applicant):
        emails.answered(case, written)
    else:
        emails.message(case, written)


def _text(text: str, *, empty: bool = False) -> str:
    """What somebody wrote, without the blanks around it; nothing at all is refused."""
    text = text.replace("\0", "").strip()
    if not text and not empty:
        raise IllegalTransition(_("Write a few words first."))
    return text


def _team(key: str) -> Team:
    """The team that the service names. One that is gone must not lose a request: the commune gets it."""
    team = Team.objects.filter(key=key).first()
    return team or Team.objects.get_or_create(key=DEFAULT_TEAM, defaults={"name": _("Commune")})[0]


def _deadline(start, days):
    if not days:
        return None
    return deadlines.after(timezone.localtime(start), int(days), _holidays())


def _resumed(case: Case, now):
    """The deadline, put off by the working days that the applicant took to answer."""
    if case.deadline is None or case.paused_at is None:
        return case.deadline
    local = [timezone.localtime(moment) for moment in (case.deadline, case.paused_at, now)]
    return deadlines.extended(*local, _holidays())


def _holidays():
    return deadlines.public_holidays(settings.COUNTRY, settings.SUBDIVISION)


def _wake(case: Case) -> None:
    """The row remembers that the process is due; a worker is woken now, or by the sweep if that is lost."""
    case.due_at = timezone.now()
    case.save(update_fields=["due_at"])
    transaction.on_commit(partial(tasks.advance.enqueue, str(case.pk)), robust=True)
