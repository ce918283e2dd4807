"""What agents do on a case beside deciding: corrections, papers, calls, links, who is away, keys and the till."""

from datetime import datetime, timedelta

from django.db.models import Max

from eservices.bookings.actions import hand_over, take_back
from eservices.bookings.models import Booking
from eservices.bookings.states import State
from eservices.cases import actions, concerned
from eservices.cases.models import Case, CaseEvent, Enclosure, Team
from eservices.payments import carrying
from eservices.payments.contrib.counter.actions import Means, open_till, take
from eservices.payments.models import Charge, Refund

from .. import clock
from .journeys import agents_of
from .world import World

PHONE = "+41 79 418 22 60"
FLOAT = 20_000  # what the till begins with, in minor units
TAKEN = [(9, 12, Means.CASH), (11, 25, Means.TERMINAL), (15, 40, Means.CASH)]


def build(world: World) -> None:
    yesterday = world.today - timedelta(days=1)
    _keys(clock.at(world.today, 0))
    _till(world, clock.at(yesterday, 8, 5))
    with clock.set_to(clock.at(yesterday, 16, 20)):
        _team(world)
        _cases(world)


def _keys(now: datetime) -> None:
    """What was asked for and is over was handed over and came back; the deposit was paid back."""
    over = Booking.objects.filter(state=State.CONFIRMED, ends_at__lt=now, submission__isnull=False)
    for booking in over.select_related("resource__team").order_by("ends_at", "resource"):
        if _last_event(booking.submission.case) > booking.starts_at:
            continue
        agent = agents_of(booking.resource.team.key)[0]
        with clock.set_to(booking.starts_at):
            hand_over(actor=agent, booking=booking, text="Clés remises, tout est en ordre.")
        with clock.set_to(booking.ends_at):
            take_back(actor=agent, booking=booking, text="Rendu propre, rien à signaler.")
            for refund in Refund.objects.filter(allocation__charge__case=booking.submission.case):
                carrying.carry_refund(refund.pk)


def _till(world: World, opened: datetime) -> None:
    """Sophie's till is open, with what people paid at the counter in the course of the day."""
    sophie = world.user("sophie.aubert@orvenay.example")
    with clock.set_to(opened):
        open_till(actor=sophie, start=FLOAT)
    due = Charge.objects.payable().filter(case__team__key="habitants", case__submission__user=None)
    known = [one for one in due.order_by("case__reference") if _last_event(one.case) < opened]
    for charge, (hour, minute, means) in zip(known, TAKEN, strict=False):
        with clock.set_to(opened.replace(hour=hour, minute=minute)):
            take(actor=sophie, charge=charge, means=means)


def _last_event(case: Case) -> datetime:
    return CaseEvent.objects.filter(case=case).aggregate(at=Max("at"))["at"]


def _team(world: World) -> None:
    """Thomas is away for a week; Sophie stands in."""
    team = Team.objects.get(key="habitants")
    actions.plan_absence(
        actor=world.user("nadia.favre@orvenay.example"),
        team=team,
        user=world.user("thomas.baumann@orvenay.example"),
        first_day=world.today - timedelta(days=1),
        last_day=world.today + timedelta(days=6),
        deputy=world.user("sophie.aubert@orvenay.example"),
    )


def _cases(world: World) -> None:
    """The newest move notices in progress: one corrected, one with papers judged, a duplicate, a call to make."""
    nadia = world.user("nadia.favre@orvenay.example")
    moves = Case.objects.real().open().filter(form__slug="annonce-demenagement", team__key="habitants")
    found = list(moves.filter(state__in=["received", "in_progress"]).order_by("-opened_at", "reference")[:5])
    if len(found) < 5:
        return
    corrected, checked, twice, called, linked = found
    actions.amend(
        actor=nadia,
        case=corrected,
        field="prenom",
        answer=f"{corrected.answers['prenom']} Marie",
        reason="Second prénom, vu sur la carte d’identité.",
    )
    actions.note(actor=nadia, case=corrected, text="@Sophie Aubert, la carte a été montrée au guichet.")
    for field in concerned.papers(checked)[:1]:
        actions.judge_enclosure(
            actor=nadia,
            case=checked,
            field=field.key,
            state=Enclosure.State.REFUSED,
            reason="La page des signatures est coupée.",
        )
    actions.merge(actor=nadia, case=twice, other=linked)
    actions.tie(actor=nadia, case=called, other=linked)
    actions.ask_call(
        actor=nadia, case=called, phone=PHONE, wish="demain avant 9 h", about="La date d’emménagement."
    )
