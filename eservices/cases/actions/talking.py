"""What is said on a case: notes among agents, messages between the commune and the applicant, files read."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries.models import Delivery
from eservices.submissions.models import StoredFile

from .. import deputies, emails, mentions, states, timing, trace
from ..actors import SYSTEM, Actor, Applicant, Office
from ..models import Case, CaseEvent, Message, Note, NoticeKind
from ..notices import actions as notices
from ..progress import current, is_overdue
from ..stages import decides, give_up_waiting
from ..states import State
from .base import IllegalTransition, allowed, locked, wake_row, words

READ_AGAIN = timedelta(hours=1)


@transaction.atomic
def note(*, actor: User, case: Case, text: str) -> Note:
    """Writes an internal note: never shown to the applicant. Colleagues named with an @ are told."""
    case = allowed(case, "note")
    written = Note.objects.create(case=case, author=actor, text=words(text))
    named, _unknown = mentions.found(written.text, deputies.colleagues(case))
    written.mentions.set(named)
    trace.record(case, "noted", actor, note=written.pk, mentions=[one.pk for one in named])
    others = [colleague for colleague in named if colleague != actor]
    notices.tell(case=case, kind=NoticeKind.MENTIONED, users=others, note=written)
    return written


@transaction.atomic
def message(*, actor: Actor, case: Case, text: str, files: list[StoredFile] | tuple = ()) -> Message:
    """Writes to the other side. The case stays in its state."""
    case = allowed(case, "message")
    written = _say(case, Message.Kind.MESSAGE, actor, text, files)
    trace.record(case, "message", actor, message=written.pk)
    _tell_other_side(case, written, actor)
    return written


@transaction.atomic
def ask(
    *,
    actor: User,
    case: Case,
    text: str,
    days: int = 0,
    files: list[StoredFile] | tuple = (),
    seen: int | None = None,
) -> Message:
    """Asks the applicant; the deadline rests until the answer, or until the working ``days`` to answer are over."""
    case = allowed(case, "ask", seen)
    case.assignee = case.assignee or actor
    case.save(update_fields=["assignee"])
    term = timing.whole_days_after(timezone.now(), days) if days else None
    asked = _ask(case, "ask", actor, text, files, term)
    if term:
        asked.due_at = timing.next_look(asked.at, term, asked.at)
        asked.save(update_fields=["due_at"])
    return asked


@transaction.atomic
def look_at_question(*, actor: Actor = SYSTEM, message: Message) -> None:
    """Reminds the applicant of an agent's question; at its term the case comes back to the agent."""
    case, now = locked(message.case_id), timezone.now()
    message = case.messages.filter(pk=message.pk).due(now).first()
    if message is None:
        return
    if case.state != State.WAITING or message != _last_question(case):
        message.due_at = None
    elif now < message.term:
        message.due_at = timing.next_look(message.at, message.term, now)
        emails.question_reminder(case, text=message.text, term=message.term)
        trace.record(case, "reminded", actor, message=message.pk)
    else:
        message.due_at = None
        give_up_waiting(case, actor, text=message.text, term=message.term, message=message.pk)
        wake_row(case)
    message.save(update_fields=["due_at"])


@transaction.atomic
def ask_by_itself(*, actor: Actor = SYSTEM, case: Case, text: str, term: datetime | None = None) -> Case:
    """The process asks the applicant, and looks at the ``term`` itself; answers the case as it is then."""
    case = allowed(case, "ask_by_itself")
    _ask(case, "ask_by_itself", actor, text, term=term)
    return case


@transaction.atomic
def remind(*, actor: User, case: Case) -> None:
    """Sends the last question once more to an applicant who has not answered it."""
    case = locked(case.pk)
    question = _last_question(case) if states.allowed("remind", case.state) else None
    if question is None:
        raise IllegalTransition(_("There is no question that could be sent again."))
    emails.question(case, question)
    trace.record(case, "reminded", actor, message=question.pk)


def may_answer(case: Case) -> bool:
    """Whether something was asked and not answered yet, be it late."""
    return case.state == State.WAITING or is_overdue(case)


def may_go_on(case: Case) -> bool:
    """Whether the case waits for an answer that did not come in time; where it is to be decided, that decides."""
    row = current(case)
    return is_overdue(case) and not (row and decides(row))


@transaction.atomic
def go_on(*, actor: User, case: Case) -> None:
    """The process goes on without the answer that did not come in time."""
    case = allowed(case, "go_on")
    if not may_go_on(case):
        raise IllegalTransition(_("Nothing waits for an answer any more."))
    trace.record(case, "went_on", actor)
    wake_row(case)


@transaction.atomic
def answer(
    *, actor: Applicant | User, case: Case, text: str, files: list[StoredFile] | tuple = ()
) -> Message:
    """What was asked is answered, by the applicant, or to an agent who notes what came another way; late counts too.

    The deadline runs again, and the process is looked at.
    """
    case = allowed(case, "answer")
    if not may_answer(case):
        raise IllegalTransition(_("Nothing waits for an answer any more."))
    written = _say(case, Message.Kind.ANSWER, actor, text, files)
    timing.take_the_ball(case)
    trace.record(case, "answered", actor, message=written.pk, files=len(files))
    if isinstance(actor, Applicant):
        _tell_agent(case, written)
    wake_row(case)
    return written


def leave_trace_of_reading(*, actor: User | Office, case: Case, file: StoredFile | None = None) -> None:
    """Keeps that somebody opened the case, or a file of it; what an agent reads again within the hour, once."""
    kind, data = ("file_read", {"file": str(file.pk), "name": file.name}) if file else ("case_read", {})
    if isinstance(actor, User) and _read_lately(actor, case, kind, file):
        return
    with transaction.atomic():
        trace.record(locked(case.pk), kind, actor, **data)


@transaction.atomic
def leave_trace_of_answers(*, actor: User, cases: list[Case]) -> None:
    """Keeps on each of several cases that its answers were taken away in a list; again within the hour, once.

    It takes as many queries for many cases as for one.
    """
    recent = _of_late(actor, "answers_read").filter(case=OuterRef("pk"))
    unread = Case.objects.filter(~Exists(recent), pk__in=[case.pk for case in cases])
    trace.record_each(unread.select_for_update().only("pk").order_by("pk"), "answers_read", actor)


def _of_late(actor: User, kind: str):
    return CaseEvent.objects.filter(kind=kind, actor=actor, at__gt=timezone.now() - READ_AGAIN)


def _read_lately(actor: User, case: Case, kind: str, file: StoredFile | None) -> bool:
    recent = _of_late(actor, kind).filter(case=case)
    return (recent.filter(data__file=str(file.pk)) if file else recent).exists()


@transaction.atomic
def note_virus(*, actor: Actor = SYSTEM, case: Case, file: StoredFile) -> None:
    """A file carried a virus and was destroyed: whoever sent it learns of it, and the desk."""
    case = locked(case.pk)
    trace.record(case, "file_infected", actor, file=str(file.pk), name=file.name, virus=file.virus)
    if not file.messages.filter(case=case, author__isnull=False).exists():
        emails.file_infected(case, file)


def _ask(
    case: Case,
    action: str,
    actor: Actor,
    text: str,
    files: list[StoredFile] | tuple = (),
    term: datetime | None = None,
) -> Message:
    written = _say(case, Message.Kind.QUESTION, actor, text, files)
    written.term = term
    written.save(update_fields=["term"])
    case.state = states.after(action, case.state)
    case.save(update_fields=["state"])
    timing.follow_the_ball(case, stage_rests=True)
    trace.record(case, "asked", actor, message=written.pk)
    emails.question(case, written)
    return written


def _last_question(case: Case) -> Message | None:
    return case.messages.filter(kind=Message.Kind.QUESTION).order_by("at", "pk").last()


def _say(case: Case, kind: str, actor: Actor, text: str, files: list[StoredFile] | tuple = ()) -> Message:
    author = None if isinstance(actor, Applicant) or actor is SYSTEM else actor
    written = Message.objects.create(case=case, kind=kind, author=author, text=words(text, empty=bool(files)))
    written.files.set(files)
    return written


def _tell_agent(case: Case, written: Message) -> bool:
    """Tells who has the case; False where that is nobody who may still see it."""
    has = case.assignee_id and deputies.members_who_see(case).filter(user=case.assignee_id).exists()
    if has:
        notices.tell(case=case, kind=NoticeKind.ANSWERED, users=[case.assignee], message=written)
    return bool(has)


def _tell_other_side(case: Case, written: Message, actor: Actor) -> None:
    """What an applicant writes unasked reaches somebody also where nobody has the case."""
    if not isinstance(actor, Applicant):
        emails.message(case, written)
    elif not _tell_agent(case, written) and not case.rehearsal:
        emails.written_to_nobody(case, written)


@transaction.atomic
def choose_sms(*, actor: Actor, case: Case, wanted: bool) -> Case:
    """The applicant wants an SMS whenever we write, or no longer. The same choice again changes nothing."""
    case = locked(case.pk)
    if wanted and not case.takes_sms:
        raise IllegalTransition(_("This request has no mobile number that we write to."))
    if case.by_sms != wanted:
        case.by_sms = wanted
        case.save(update_fields=["by_sms"])
        trace.record(case, "sms_chosen" if wanted else "sms_declined", actor)
    return case


@transaction.atomic
def note_letter_posted(*, actor: User, case: Case, letter: Delivery) -> None:
    """A letter on paper about the case was posted."""
    data = {"delivery": str(letter.pk), "name": letter.title, "number": letter.posting.number}
    trace.record(locked(case.pk), "letter_posted", actor, **data)


@transaction.atomic
def note_letter_delivered(*, actor: User, case: Case, letter: Delivery, on: date) -> None:
    """It is known on which day a letter on paper about the case was delivered."""
    data = {"delivery": str(letter.pk), "name": letter.title, "on": on.isoformat()}
    trace.record(locked(case.pk), "letter_delivered", actor, **data)
