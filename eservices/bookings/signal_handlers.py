"""Signal handlers of bookings: a step was saved, a submission was sent, a resource was changed."""

from collections.abc import Iterator

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from eservices.cases.actors import SYSTEM
from eservices.cases.signals import case_erased, case_opened, rehearsal_discarded
from eservices.formbuilder.definition import FieldDefinition, StepDefinition
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile
from eservices.submissions.signals import step_saved, submission_sent
from home.caching import site_version

from . import actions
from .models import (
    Booking,
    BookingExtra,
    Inspection,
    Resource,
    ResourceDescription,
    ResourceUnit,
    SchoolHolidays,
    Timetable,
    Unit,
)
from .offered_times import offered_times
from .question.answers import RequestedTimes, read_answer
from .states import BookingState

RULES = (ResourceDescription, BookingExtra, Resource, SchoolHolidays, Timetable, Unit, ResourceUnit)


@receiver(step_saved, dispatch_uid="bookings.hold")
def hold_step_times(sender, draft, step, answers, before, caller, actor, **kwargs) -> list[str]:
    """Hold the times of a step's answers; refuse the step if one is gone. Other steps prolong the holds.

    Return a message for each offered time that is released because the applicant chose another.
    """
    asked = [field for field in step.fields if field.type == "booking"]
    if not asked and draft.version.definition.asks_for("booking"):
        actions.prolong_holds(actor=actor, draft=draft)
    offered = offered_times(draft) if any(before.get(field.key) for field in asked) else {}
    for field in asked:
        if field.key in answers:
            _hold(draft, field.key, read_answer(answers[field.key]), caller, actor)
    left = offered_times(draft) if offered else {}
    text = _("%(what)s. This is no longer held for you because you chose another option.")
    return [text % {"what": capfirst(what)} for what in offered if what not in left]


def _hold(draft, field: str, wanted: RequestedTimes | None, caller: str, actor) -> None:
    if wanted is None:
        actions.release_holds(actor=actor, draft=draft, field=field)
        return
    try:
        actions.hold_times(actor=actor, draft=draft, field=field, **_action_arguments(wanted), caller=caller)
    except actions.BookingActionRefused as why:
        raise submissions.AnswerUnavailable(field, str(why)) from None


def _action_arguments(wanted: RequestedTimes) -> dict:
    """Return the arguments of the actions for an answer."""
    return {
        "offer": wanted.offer,
        "spans": wanted.spans,
        "series": wanted.series,
        "count": wanted.count,
    }


@receiver(submission_sent, dispatch_uid="bookings.send")
def request_held_times(sender, submission, **kwargs) -> None:
    """Request the held times of a submission, in the transaction that sends it.

    Raise ``IncompleteSubmission`` if one is gone. If no stage confirms bookings, they are confirmed at once: before the
    case opens, because of the order of locks in ``actions.locking``.
    """
    for step, field in _booking_questions(submission):
        wanted = read_answer(submission.answers[field.key])
        if wanted is None:
            continue
        try:
            actions.request_bookings(
                actor=submission.user,
                submission=submission,
                field=field.key,
                **_action_arguments(wanted),
            )
        except actions.TimeTaken:
            raise submissions.IncompleteSubmission(step) from None
    if submission.version.definition.asks_for("booking"):
        actions.release_draft_holds(actor=submission.user, draft=submission.draft)
    if _is_agreed_at_once(submission):
        actions.confirm_requested_bookings(actor=SYSTEM, submission=submission)


@receiver(case_opened, dispatch_uid="bookings.tell_confirmed")
def send_immediate_confirmation(sender, case, actor, **kwargs) -> None:
    """Send the confirmation of bookings that were confirmed at once."""
    if _is_agreed_at_once(case.submission):
        agreed = Booking.objects.of_submission(case.submission).filter(state=BookingState.CONFIRMED)
        actions.send_confirmation(actor=SYSTEM, case=case, bookings=list(agreed))


def _is_agreed_at_once(submission) -> bool:
    """Return whether a submission books times that no stage confirms later."""
    stages = submission.version.definition.stages
    return any(_booking_questions(submission)) and not any(stage.type == "booking" for stage in stages)


def _booking_questions(submission) -> Iterator[tuple[StepDefinition, FieldDefinition]]:
    """Yield the answered booking questions. For most submissions this needs no query."""
    for step in submission.version.definition.steps:
        for field in step.fields:
            if field.type == "booking" and submission.answers.get(field.key):
                yield step, field


@receiver(rehearsal_discarded, dispatch_uid="bookings.discard")
def discard_bookings(sender, case, actor, **kwargs) -> None:
    _destroy_photos(case)
    Booking.objects.filter(submission=case.submission_id, rehearsal=True).delete()


@receiver(case_erased, dispatch_uid="bookings.erase")
def erase_purposes(sender, case, actor, **kwargs) -> None:
    """Erase titles, inspection texts and photos, which may concern a person.

    The times remain for the usage figures.
    """
    _destroy_photos(case)
    Inspection.objects.filter(booking__submission=case.submission_id).update(text="")
    Booking.objects.filter(submission=case.submission_id).update(title="", draft=None)


def _destroy_photos(case) -> None:
    submissions.destroy_files(StoredFile.objects.filter(inspections__booking__submission=case.submission_id))


@receiver([post_save, post_delete], dispatch_uid="bookings.rules_changed")
def invalidate_bookable_resources(sender, **kwargs) -> None:
    """Invalidate the cache when a model of the booking rules changes."""
    if sender in RULES:
        site_version.invalidate_site()
