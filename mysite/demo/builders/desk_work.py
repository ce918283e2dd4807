"""What agents do on a case beside deciding: corrections, papers, calls, links, and who is away."""

from datetime import timedelta

from eservices.cases import actions, concerned
from eservices.cases.models import Case, Enclosure, Team

from .. import clock
from .world import World

PHONE = "+41 79 418 22 60"


def build(world: World) -> None:
    with clock.set_to(clock.at(world.today - timedelta(days=1), 16, 20)):
        _team(world)
        _cases(world)


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
