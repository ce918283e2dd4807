"""Building blocks of all actions: locking a case, checking its state, closing and continuing it."""

from uuid import UUID

from django.db import transaction
from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.translation import gettext as _

from home.runtime.log_context import add_to_log_context

from .. import audit_log, states
from ..actors import SYSTEM, Actor
from ..exceptions import IllegalTransition, StaleCase
from ..models import Case, CaseStage
from ..search.answer_filters import search_marks_of
from ..search.terms import search_lines
from ..signals import process_due
from . import answer_erasure

RELATED = ("submission", "version", "form", "team", "assignee")


def lock_case(pk: UUID | str) -> Case:
    """Lock the case's row until the transaction ends and return it with the related rows that actions need."""
    case = Case.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=pk)
    add_to_log_context(case=case.reference)
    return case


def relock_case(before: Case) -> Case:
    """Lock a case that was read before.

    Related rows that have not changed are taken from ``before`` instead of being read again.
    """
    case = Case.objects.select_for_update().get(pk=before.pk)
    add_to_log_context(case=case.reference)
    foreign_keys = [field for field in Case._meta.concrete_fields if isinstance(field, ForeignKey)]
    for field in foreign_keys:
        same = field.name in RELATED and getattr(case, field.attname) == getattr(before, field.attname)
        if same and field.is_cached(before):
            field.set_cached_value(case, field.get_cached_value(before))
    return case


def lock_if_allowed(case: Case, action: str, seen: int | None = None) -> Case:
    """Lock the case.

    Raise IllegalTransition if its state does not allow ``action``, StaleCase if something relevant happened after
    event number ``seen``.
    """
    fresh = relock_case(case)
    if not states.is_allowed(action, fresh.state, fresh.outcome):
        raise IllegalTransition(
            _("This is not possible any more: the case is now “%(state)s”.")
            % {"state": fresh.get_state_display()}
        )
    if seen is not None and audit_log.last_relevant_event(fresh) != seen:
        raise StaleCase(_("This case changed after you opened it. Check the timeline, then decide again."))
    return fresh


@transaction.atomic
def wake_process(*, actor: Actor = SYSTEM, case: Case) -> None:
    """Schedule the process of the case because something that it waits for has happened."""
    mark_process_due(lock_case(case.pk))


def mark_process_due(case: Case) -> None:
    """Mark the process as due in the row of the case, and announce it."""
    case.due_at = timezone.now()
    case.save(update_fields=["due_at"])
    process_due.send(sender=Case, case=case)


def close_case(case: Case, action: str, outcome: str, reason: str) -> None:
    """Close the case and its process: nothing is due any more, unfinished stages are skipped."""
    case.state, case.outcome, case.reason = states.next_state(action, case.state), outcome, reason
    case.closed_at, case.due_at, case.paused_at = timezone.now(), None, None
    case.save(update_fields=["state", "outcome", "reason", "closed_at", "due_at", "paused_at"])
    case.stages.exclude(progress__in=CaseStage.FINISHED).update(
        progress=CaseStage.Progress.SKIPPED, done_at=case.closed_at, waiting_for="", reason=""
    )
    answer_erasure.schedule_answer_erasure(case)


def clean_text(text: str, *, empty: bool = False) -> str:
    """Strip the text. Raise IllegalTransition if nothing is left, unless ``empty`` is allowed."""
    text = text.replace("\0", "").strip()
    if not text and not empty:
        raise IllegalTransition(_("Write a few words first."))
    return text


def case_search_lines(case: Case) -> str:
    """Build the text by which a search finds the case. It contains no secret answers."""
    given, asked = case.answers, case.version.definition
    heading = (case.reference, case.applicant, case.email, case.phone)
    return search_lines(heading, asked.open_answers(given).values(), search_marks_of(asked, given))
