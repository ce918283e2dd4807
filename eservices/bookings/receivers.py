"""What bookings hear: a step was saved, a request was sent, what can be booked was changed."""

from collections.abc import Iterator

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from eservices.cases.actors import SYSTEM
from eservices.cases.signals import case_erased, case_opened, rehearsal_discarded
from eservices.formbuilder.definition import Field, Step
from eservices.submissions import actions as submissions
from eservices.submissions.models import StoredFile
from eservices.submissions.signals import step_saved, submission_sent
from home import generation

from . import actions
from .answers import Wanted, read
from .held import taken_from_the_list
from .models import Booking, Description, Extra, Inspection, Resource, SchoolHolidays, Timetable, Unit, Use
from .states import State

RULES = (Description, Extra, Resource, SchoolHolidays, Timetable, Unit, Use)


@receiver(step_saved, dispatch_uid="bookings.hold")
def hold_times(sender, draft, step, answers, before, caller, actor, **kwargs) -> list[str]:
    """Keeps what a step's answers name; a time that is gone refuses the step. Another step keeps it for longer.

    Says which time from the waiting list is not kept any more.
    """
    asked = [field for field in step.fields if field.type == "booking"]
    if not asked and draft.version.definition.asks_for("booking"):
        actions.prolong(actor=actor, draft=draft)
    offered = taken_from_the_list(draft) if any(before.get(field.key) for field in asked) else {}
    for field in asked:
        if field.key in answers:
            _hold(draft, field.key, read(answers[field.key]), caller, actor)
    left = taken_from_the_list(draft) if offered else {}
    text = _("%(what)s. This is not kept for you any more, as you chose something else.")
    return [text % {"what": capfirst(what)} for what in offered if what not in left]


def _hold(draft, field: str, wanted: Wanted | None, caller: str, actor) -> None:
    if wanted is None:
        actions.release(actor=actor, draft=draft, field=field)
        return
    try:
        actions.hold(actor=actor, draft=draft, field=field, **_times(wanted), caller=caller)
    except actions.NotAllowed as why:
        raise submissions.NotKept(field, str(why)) from None


def _times(wanted: Wanted) -> dict:
    """What the actions are told of an answer."""
    return {
        "offer": wanted.offer,
        "spans": wanted.spans,
        "series": wanted.series,
        "count": wanted.count,
    }


@receiver(submission_sent, dispatch_uid="bookings.send")
def keep_times(sender, submission, **kwargs) -> None:
    """What was held is asked for, in the transaction of sending; a time that is gone stops it.

    Where no stage confirms it later, it is agreed at once: before the case is opened, see ``actions.locking``.
    """
    for step, field in _asked(submission):
        wanted = read(submission.answers[field.key])
        if wanted is None:
            continue
        try:
            actions.send(
                actor=submission.user,
                submission=submission,
                field=field.key,
                **_times(wanted),
            )
        except actions.Taken:
            raise submissions.Incomplete(step) from None
    if submission.version.definition.asks_for("booking"):
        actions.release_all(actor=submission.user, draft=submission.draft)
    if _is_agreed_at_once(submission):
        actions.confirm_asked(actor=SYSTEM, submission=submission)


@receiver(case_opened, dispatch_uid="bookings.tell_confirmed")
def tell_confirmed(sender, case, actor, **kwargs) -> None:
    """What was agreed at once is told in a letter as any other."""
    if _is_agreed_at_once(case.submission):
        agreed = Booking.objects.of_submission(case.submission).filter(state=State.CONFIRMED)
        actions.tell_confirmed(actor=SYSTEM, case=case, bookings=list(agreed))


def _is_agreed_at_once(submission) -> bool:
    """Whether a request names times that no stage confirms later."""
    stages = submission.version.definition.stages
    return any(_asked(submission)) and not any(stage.type == "booking" for stage in stages)


def _asked(submission) -> Iterator[tuple[Step, Field]]:
    """The questions by which a request names times: most have none, and ask nothing of the bookings."""
    for step in submission.version.definition.steps:
        for field in step.fields:
            if field.type == "booking" and submission.answers.get(field.key):
                yield step, field


@receiver(rehearsal_discarded, dispatch_uid="bookings.discard")
def discard_bookings(sender, case, actor, **kwargs) -> None:
    _destroy_photos(case)
    Booking.objects.filter(submission=case.submission_id, rehearsal=True).delete()


@receiver(case_erased, dispatch_uid="bookings.erase")
def forget_what_for(sender, case, actor, **kwargs) -> None:
    """When something was taken is a figure; what for, and what was seen of it, may tell of somebody."""
    _destroy_photos(case)
    Inspection.objects.filter(booking__submission=case.submission_id).update(text="")
    Booking.objects.filter(submission=case.submission_id).update(title="", draft=None)


def _destroy_photos(case) -> None:
    submissions.destroy_files(StoredFile.objects.filter(inspections__booking__submission=case.submission_id))


@receiver([post_save, post_delete], dispatch_uid="bookings.rules_changed")
def read_again(sender, **kwargs) -> None:
    """What is kept of the rules holds no longer."""
    if sender in RULES:
        generation.changed()
