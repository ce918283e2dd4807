"""Notes among agents, messages between the commune and the applicant, and the log of reading."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries.models import Delivery
from eservices.submissions.models import StoredFile

from .. import audit_log, emails, states
from ..actors import SYSTEM, Actor, Applicant, ConsultedOffice
from ..exceptions import IllegalTransition
from ..logic import mentions
from ..models import Case, CaseEvent, Message, Note, NotificationType
from ..models.audit import EventQuerySet
from ..stages import end_waiting_for_answer, is_decision_stage
from ..states import CaseState
from ..workflow import absences, clock
from ..workflow.progress import current_stage, is_answer_overdue
from . import agent_notifications as notices
from .base import clean_text, lock_case, lock_if_allowed, mark_process_due

READ_LOG_INTERVAL = timedelta(hours=1)


@transaction.atomic
def add_note(*, actor: User, case: Case, text: str) -> Note:
    """Write an internal note, which the applicant never sees. Colleagues mentioned with @ are notified."""
    case = lock_if_allowed(case, "note")
    written = Note.objects.create(case=case, author=actor, text=clean_text(text))
    named, _unknown = mentions.find_mentions(written.text, absences.visible_colleagues(case))
    written.mentions.set(named)
    audit_log.record_event(case, "noted", actor, note=written.pk, mentions=[one.pk for one in named])
    others = [colleague for colleague in named if colleague != actor]
    notices.notify_agents(case=case, kind=NotificationType.MENTIONED, users=others, note=written)
    return written


@transaction.atomic
def send_message(
    *, actor: Actor, case: Case, text: str, files: list[StoredFile] | tuple[Any, ...] = ()
) -> Message:
    """Send a message from the agent to the applicant or from the applicant to the agent.

    The state does not change.
    """
    case = lock_if_allowed(case, "message")
    written = _add_message(case, Message.Kind.MESSAGE, actor, text, files)
    audit_log.record_event(case, "message", actor, message=written.pk)
    _notify_recipient(case, written, actor)
    return written


@transaction.atomic
def ask_applicant(
    *,
    actor: User,
    case: Case,
    text: str,
    days: int = 0,
    files: list[StoredFile] | tuple[Any, ...] = (),
    seen: int | None = None,
) -> Message:
    """Ask the applicant a question.

    The deadline pauses until the answer, or until ``days`` working days have passed; 0 for no limit.
    """
    case = lock_if_allowed(case, "ask", seen)
    case.assignee = case.assignee or actor
    case.save(update_fields=["assignee"])
    term = clock.end_of_working_day_after(timezone.now(), days) if days else None
    asked = _add_question(case, "ask", actor, text, files, term)
    if term:
        asked.due_at = clock.next_question_check(asked.at, term, asked.at)
        asked.save(update_fields=["due_at"])
    return asked


@transaction.atomic
def process_due_question(*, actor: Actor = SYSTEM, message: Message) -> None:
    """Remind the applicant of an agent's question. At its term, return the case to the agent."""
    case, now = lock_case(message.case_id), timezone.now()
    fresh = case.messages.filter(pk=message.pk).due(now).first()
    if fresh is None or fresh.term is None:
        return
    message, term = fresh, fresh.term
    if case.state != CaseState.WAITING or message != _last_question(case):
        message.due_at = None
    elif now < term:
        message.due_at = clock.next_question_check(message.at, term, now)
        emails.send_question_reminder(case, text=message.text, term=term)
        audit_log.record_event(case, "reminded", actor, message=message.pk)
    else:
        message.due_at = None
        end_waiting_for_answer(case, actor, text=message.text, term=term, message=message.pk)
        mark_process_due(case)
    message.save(update_fields=["due_at"])


@transaction.atomic
def ask_from_stage(*, actor: Actor = SYSTEM, case: Case, text: str, term: datetime | None = None) -> Case:
    """Ask the applicant on behalf of a stage, which itself watches the ``term``. Return the locked case."""
    case = lock_if_allowed(case, "ask_by_itself")
    _add_question(case, "ask_by_itself", actor, text, term=term)
    return case


@transaction.atomic
def remind_applicant(*, actor: User, case: Case) -> None:
    """Send the last question again to an applicant who has not answered it."""
    case = lock_case(case.pk)
    question = _last_question(case) if states.is_allowed("remind", case.state) else None
    if question is None:
        raise IllegalTransition(_("There is no question that could be sent again."))
    emails.send_question(case, question)
    audit_log.record_event(case, "reminded", actor, message=question.pk)


def has_open_question(case: Case) -> bool:
    """Return whether a question is not answered yet, even if its term has passed."""
    return case.state == CaseState.WAITING or is_answer_overdue(case)


def can_continue_without_answer(case: Case) -> bool:
    """Return whether the case waits for an overdue answer that an agent may do without.

    False at a decision stage: there the decision itself continues the process.
    """
    row = current_stage(case)
    return is_answer_overdue(case) and not (row and is_decision_stage(row))


@transaction.atomic
def continue_without_answer(*, actor: User, case: Case) -> None:
    """Continue the process without the overdue answer."""
    case = lock_if_allowed(case, "go_on")
    if not can_continue_without_answer(case):
        raise IllegalTransition(_("No question is waiting for an answer any more."))
    audit_log.record_event(case, "went_on", actor)
    mark_process_due(case)


@transaction.atomic
def answer_question(
    *, actor: Applicant | User, case: Case, text: str, files: list[StoredFile] | tuple[Any, ...] = ()
) -> Message:
    """Record the answer to the open question, also after its term.

    The applicant answers, or an agent records an answer that came another way. The deadline runs again and the
    process continues.
    """
    case = lock_if_allowed(case, "answer")
    if not has_open_question(case):
        raise IllegalTransition(_("No question is waiting for an answer any more."))
    written = _add_message(case, Message.Kind.ANSWER, actor, text, files)
    clock.stop_waiting_for_applicant(case)
    audit_log.record_event(case, "answered", actor, message=written.pk, files=len(files))
    if isinstance(actor, Applicant):
        _notify_agent(case, written)
    mark_process_due(case)
    return written


def log_read(*, actor: User | ConsultedOffice, case: Case, file: StoredFile | None = None) -> None:
    """Log that somebody opened the case or one of its files.

    An agent's repeated reading is logged once per ``READ_LOG_INTERVAL``.
    """
    kind, data = ("file_read", {"file": str(file.pk), "name": file.name}) if file else ("case_read", {})
    if isinstance(actor, User) and _was_read_recently(actor, case, kind, file):
        return
    with transaction.atomic():
        audit_log.record_event(lock_case(case.pk), kind, actor, **data)


@transaction.atomic
def log_answers_exported(*, actor: User, cases: list[Case]) -> None:
    """Log on each of several cases that its answers were exported.

    Once per agent and ``READ_LOG_INTERVAL``. The number of queries does not depend on the number of cases.
    """
    recent = _recent_reads(actor, "answers_read").filter(case=OuterRef("pk"))
    unread = Case.objects.filter(~Exists(recent), pk__in=[case.pk for case in cases])
    audit_log.record_event_for_each(
        unread.select_for_update().only("pk").order_by("pk"), "answers_read", actor
    )


def _recent_reads(actor: User, kind: str) -> EventQuerySet:
    return CaseEvent.objects.filter(kind=kind, actor=actor, at__gt=timezone.now() - READ_LOG_INTERVAL)


def _was_read_recently(actor: User, case: Case, kind: str, file: StoredFile | None) -> bool:
    recent = _recent_reads(actor, kind).filter(case=case)
    return (recent.filter(data__file=str(file.pk)) if file else recent).exists()


@transaction.atomic
def record_virus(*, actor: Actor = SYSTEM, case: Case, file: StoredFile) -> None:
    """Record that a file carried a virus and was destroyed, and tell the applicant if they sent it."""
    case = lock_case(case.pk)
    audit_log.record_event(case, "file_infected", actor, file=str(file.pk), name=file.name, virus=file.virus)
    if not file.messages.filter(case=case, author__isnull=False).exists():
        emails.send_file_infected(case, file)


def _add_question(
    case: Case,
    action: str,
    actor: Actor,
    text: str,
    files: list[StoredFile] | tuple[Any, ...] = (),
    term: datetime | None = None,
) -> Message:
    written = _add_message(case, Message.Kind.QUESTION, actor, text, files)
    written.term = term
    written.save(update_fields=["term"])
    case.state = states.next_state(action, case.state)
    case.save(update_fields=["state"])
    clock.sync_deadline_pause(case, stage_rests=True)
    audit_log.record_event(case, "asked", actor, message=written.pk)
    emails.send_question(case, written)
    return written


def _last_question(case: Case) -> Message | None:
    return case.messages.filter(kind=Message.Kind.QUESTION).order_by("at", "pk").last()


def _add_message(
    case: Case, kind: str, actor: Actor, text: str, files: list[StoredFile] | tuple[Any, ...] = ()
) -> Message:
    author = actor if isinstance(actor, User) else None
    written = Message.objects.create(
        case=case, kind=kind, author=author, text=clean_text(text, empty=bool(files))
    )
    written.files.set(files)
    return written


def _notify_agent(case: Case, message: Message) -> bool:
    """Notify the assigned agent. Return False if there is none who may still see the case."""
    has = case.assignee_id and absences.members_who_see(case).filter(user=case.assignee_id).exists()
    if has and case.assignee:
        notices.notify_agents(
            case=case, kind=NotificationType.ANSWERED, users=[case.assignee], message=message
        )
    return bool(has)


def _notify_recipient(case: Case, message: Message, actor: Actor) -> None:
    """Notify the recipient of the message.

    If no agent is assigned, an applicant's message goes to the team, so that none is overlooked.
    """
    if not isinstance(actor, Applicant):
        emails.send_message(case, message)
    elif not _notify_agent(case, message) and not case.rehearsal:
        emails.send_unassigned_message(case, message)


@transaction.atomic
def set_sms_preference(*, actor: Actor, case: Case, wanted: bool) -> Case:
    """Set whether the applicant gets an SMS for each message. The same choice again changes nothing."""
    case = lock_case(case.pk)
    if wanted and not case.takes_sms:
        raise IllegalTransition(_("This request has no mobile number that we write to."))
    if case.by_sms != wanted:
        case.by_sms = wanted
        case.save(update_fields=["by_sms"])
        audit_log.record_event(case, "sms_chosen" if wanted else "sms_declined", actor)
    return case


@transaction.atomic
def record_letter_posted(*, actor: User, case: Case, letter: Delivery) -> None:
    """Record that a paper letter about the case was posted."""
    data = {"delivery": str(letter.pk), "name": letter.title, "number": letter.posting.number}
    audit_log.record_event(lock_case(case.pk), "letter_posted", actor, **data)


@transaction.atomic
def record_letter_delivered(*, actor: User, case: Case, letter: Delivery, on: date) -> None:
    """Record the day on which a paper letter about the case was delivered."""
    data = {"delivery": str(letter.pk), "name": letter.title, "on": on.isoformat()}
    audit_log.record_event(lock_case(case.pk), "letter_delivered", actor, **data)
