"""Work of agents on cases beside decisions: corrections, enclosures, calls, absences, keys and the till."""

from datetime import datetime, timedelta

from django.db.models import Max

from eservices.bookings.actions import record_handover, record_return
from eservices.bookings.models import Booking
from eservices.bookings.states import BookingState
from eservices.cases import actions
from eservices.cases.models import Case, CaseEvent, EnclosureReview, Team
from eservices.cases.workflow import enclosures_and_persons
from eservices.payments import provider_calls
from eservices.payments.contrib.counter.actions import PaymentMeans, open_till, take_payment
from eservices.payments.models import Charge, Refund

from ... import clock
from ..context import DemoContext
from .journeys import agents_of

PHONE = "+41 79 418 22 60"
FLOAT = 20_000  # opening balance of the till, in minor units
TAKEN = [(9, 12, PaymentMeans.CASH), (11, 25, PaymentMeans.TERMINAL), (15, 40, PaymentMeans.CASH)]


def build(world: DemoContext) -> None:
    yesterday = world.today - timedelta(days=1)
    _keys(clock.local_moment(world.today, 0))
    _till(world, clock.local_moment(yesterday, 8, 5))
    with clock.clock_at(clock.local_moment(yesterday, 16, 20)):
        _team(world)
        _cases(world)


def _keys(now: datetime) -> None:
    """Record handover and return of past bookings, and refund their deposits."""
    over = Booking.objects.filter(state=BookingState.CONFIRMED, ends_at__lt=now, submission__isnull=False)
    for booking in over.select_related("resource__team").order_by("ends_at", "resource"):
        if _last_event(booking.submission.case) > booking.starts_at:
            continue
        agent = agents_of(booking.resource.team.key)[0]
        with clock.clock_at(booking.starts_at):
            record_handover(actor=agent, booking=booking, text="Clés remises, tout est en ordre.")
        with clock.clock_at(booking.ends_at):
            record_return(actor=agent, booking=booking, text="Rendu propre, rien à signaler.")
            for refund in Refund.objects.filter(allocation__charge__case=booking.submission.case):
                provider_calls.run_refund(refund.pk)


def _till(world: DemoContext, opened: datetime) -> None:
    """Open Sophie's till, with the payments of a day."""
    sophie = world.user("sophie.aubert@orvenay.example")
    with clock.clock_at(opened):
        open_till(actor=sophie, start=FLOAT)
    due = Charge.objects.payable().filter(case__team__key="habitants", case__submission__user=None)
    known = [one for one in due.order_by("case__reference") if _last_event(one.case) < opened]
    for charge, (hour, minute, means) in zip(known, TAKEN, strict=False):
        with clock.clock_at(opened.replace(hour=hour, minute=minute)):
            take_payment(actor=sophie, charge=charge, means=means)


def _last_event(case: Case) -> datetime:
    return CaseEvent.objects.filter(case=case).aggregate(at=Max("at"))["at"]


def _team(world: DemoContext) -> None:
    """Plan a week of absence of Thomas, with Sophie as deputy."""
    team = Team.objects.get(key="habitants")
    actions.plan_absence(
        actor=world.user("nadia.favre@orvenay.example"),
        team=team,
        user=world.user("thomas.baumann@orvenay.example"),
        first_day=world.today - timedelta(days=1),
        last_day=world.today + timedelta(days=6),
        deputy=world.user("sophie.aubert@orvenay.example"),
    )


def _cases(world: DemoContext) -> None:
    """Work on the newest move notices: a correction, judged enclosures, a duplicate, a requested call."""
    nadia = world.user("nadia.favre@orvenay.example")
    moves = Case.objects.real().open().filter(form__slug="annonce-demenagement", team__key="habitants")
    found = list(moves.filter(state__in=["received", "in_progress"]).order_by("-opened_at", "reference")[:5])
    if len(found) < 5:
        return
    corrected, checked, twice, called, linked = found
    actions.correct_answer(
        actor=nadia,
        case=corrected,
        field="prenom",
        answer=f"{corrected.answers['prenom']} Marie",
        reason="Second prénom, vu sur la carte d’identité.",
    )
    actions.add_note(actor=nadia, case=corrected, text="@Sophie Aubert, la carte a été montrée au guichet.")
    for field in enclosures_and_persons.enclosure_questions(checked)[:1]:
        actions.judge_enclosure(
            actor=nadia,
            case=checked,
            field=field.key,
            state=EnclosureReview.State.REFUSED,
            reason="La page des signatures est coupée.",
        )
    actions.merge_into(actor=nadia, case=twice, other=linked)
    actions.relate_cases(actor=nadia, case=called, other=linked)
    actions.request_callback(
        actor=nadia, case=called, phone=PHONE, wish="demain avant 9 h", about="La date d’emménagement."
    )
