"""Stages before a decision in some services: checklist, opinions, fields, second agent."""

from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases.actors import ConsultedOffice
from eservices.cases.models import Case, CaseStage, Opinion
from eservices.cases.workflow.progress import current_stage

from ... import clock

SHARE, MOST = 15, 400  # of the price of a bicycle: per cent, and francs at most
OPINIONS = [
    # opinions of other offices: stance, reasons, author
    ("favourable", "", "C. Oulevay"),
    ("conditions", "Deux extincteurs par stand de cuisine, et un accès libre de 3,50 m.", "Cap. D. Rey"),
    ("none", "", "Y. Rochat"),
    ("conditions", "Musique jusqu’à 23 h, à cause des riverains du quai.", "Lt M. Pasche"),
]
RISKS = ["faible", "faible", "moyen"]


def start_reviews(journey) -> None:
    """Complete the checklist; then one of the offices gives its opinion at once."""
    row = _at(journey)
    if row and row.type == "check":
        items = row.spec.settings["items"].splitlines()
        said = {f"verdict_{number}": "right" for number, _item in enumerate(items)}
        _work(journey, row, said | {f"note_{number}": "" for number, _item in enumerate(items)})
        with clock.clock_at(journey.now):
            journey.look_up()
    row = _at(journey)
    if row and row.type == "opinions":
        _answer(journey, row.opinions.first())


def finish_reviews(journey) -> None:
    """Give the missing opinions, and fill in the fields that depend on them."""
    row = _at(journey)
    if row and row.type == "opinions":
        for opinion in row.opinions.filter(given_at=None):
            _answer(journey, opinion)
    row = _at(journey)
    if row and row.key == "engagement":
        risk = journey.random.choice(RISKS)
        asked = Opinion.objects.filter(stage__case=journey.case, stance="conditions").order_by("pk")
        terms = "\n".join(dict.fromkeys(asked.values_list("text", flat=True)))
        _work(journey, row, {"risque": risk, "agents_police": RISKS.index(risk), "conditions": terms})


def grant_amount(journey) -> None:
    """Fill in the amount, in services that grant money."""
    row = _at(journey)
    if row and row.key == "octroi":
        price = float(journey.answers["prix"])
        _work(journey, row, {"montant": min(round(price * SHARE / 100), MOST)})


def pay_out_grant(journey) -> None:
    """Record the payment of the grant some days later."""
    row = _at(journey)
    if row and row.key == "versement":
        journey.later(journey.random.choice([2, 3, 5]))
        _work(journey, row, {"verse_le": timezone.localdate(journey.now)})


def confirm_by_second_agent(journey) -> None:
    """Confirm by a second agent, if the service requires it."""
    first = cases.proposing_agent(journey.case)
    if first is None:
        return
    journey.soon(journey.random.randint(20, 90))
    others = [one for one in journey.agents_of_team() if one.pk != first]
    with clock.clock_at(journey.now):
        cases.review_proposal(actor=others[0], case=journey.case, agreed=True)
        journey.settle()


def _at(journey) -> CaseStage | None:
    """Return the active stage of the reloaded case; None if there is none."""
    journey.case = Case.objects.get(pk=journey.case.pk)
    row = current_stage(journey.case)
    return row if row and row.progress == CaseStage.Progress.ACTIVE else None


def _work(journey, row: CaseStage, said: dict) -> None:
    journey.soon(journey.random.randint(10, 50))
    with clock.clock_at(journey.now):
        cases.complete_stage_task(actor=journey.agent, case=journey.case, stage=row.key, data=said)
        journey.settle()


def _answer(journey, opinion: Opinion) -> None:
    journey.later(journey.random.choice([1, 1, 2]))
    stance, text, author = journey.random.choice(OPINIONS)
    with clock.clock_at(journey.now):
        cases.give_opinion(
            actor=ConsultedOffice(opinion.name), opinion=opinion, stance=stance, text=text, author=author
        )
        journey.settle()
