"""What every action on a case stands on: its lock, what it may do now, how it closes, goes on and is told."""

from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audit_log, states, tasks
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition, StaleCase
from ..models import Case, CaseStage
from ..search.answer_filters import search_marks_of
from ..search.terms import search_lines
from . import answer_erasure

RELATED = ("submission", "version", "form", "team", "assignee")


def lock_case(pk) -> Case:
    """The case's row, locked until the transaction ends, with what every action needs."""
    return Case.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=pk)


def relock_case(before: Case) -> Case:
    """As ``locked``, for a case read a moment ago: what it pointed to then and still does is not read again."""
    case = Case.objects.select_for_update().get(pk=before.pk)
    for field in map(Case._meta.get_field, RELATED):
        same = getattr(case, field.attname) == getattr(before, field.attname)
        if same and field.is_cached(before):
            field.set_cached_value(case, field.get_cached_value(before))
    return case


def lock_if_allowed(case: Case, action: str, seen: int | None = None) -> Case:
    """The case, locked, if ``action`` may be taken on it now and nothing happened since event ``seen``."""
    fresh = relock_case(case)
    if not states.is_allowed(action, fresh.state, fresh.outcome):
        raise IllegalTransition(
            _("This is not possible any more: the case is now “%(state)s”.")
            % {"state": fresh.get_state_display()}
        )
    if seen is not None and audit_log.last_relevant_event(fresh) != seen:
        raise StaleCase(
            _("Something happened on this case since you opened it. Look at the timeline, then decide again.")
        )
    return fresh


@transaction.atomic
def wake_process(*, actor: Actor = SYSTEM, case: Case) -> None:
    """The case's process is looked at again: something it waits for has happened."""
    mark_process_due(lock_case(case.pk))


def mark_process_due(case: Case) -> None:
    """The row remembers that the process is due; a worker is woken now, or by the sweep if that is lost."""
    case.due_at = timezone.now()
    case.save(update_fields=["due_at"])
    enqueue_process(case)


def enqueue_process(case: Case) -> None:
    """For a case whose row says already that its process is due."""
    transaction.on_commit(partial(tasks.advance_case.enqueue, str(case.pk)), robust=True)


def close_case(case: Case, action: str, outcome: str, reason: str) -> None:
    """Ends the case: nothing is due any more, stages that did not run are not needed."""
    case.state, case.outcome, case.reason = states.next_state(action, case.state), outcome, reason
    case.closed_at, case.due_at, case.paused_at = timezone.now(), None, None
    case.save(update_fields=["state", "outcome", "reason", "closed_at", "due_at", "paused_at"])
    case.stages.exclude(progress__in=CaseStage.FINISHED).update(
        progress=CaseStage.Progress.SKIPPED, done_at=case.closed_at, waiting_for="", reason=""
    )
    answer_erasure.schedule_answer_erasure(case)


def clean_text(text: str, *, empty: bool = False) -> str:
    """What somebody wrote, without the blanks around it; nothing at all is refused."""
    text = text.replace("\0", "").strip()
    if not text and not empty:
        raise IllegalTransition(_("Write a few words first."))
    return text


def case_search_lines(case: Case) -> str:
    """What a search finds the case by. Secret answers are not among it."""
    given, asked = case.answers, case.version.definition
    heading = (case.reference, case.applicant, case.email, case.phone)
    return search_lines(heading, asked.open_answers(given).values(), search_marks_of(asked, given))
