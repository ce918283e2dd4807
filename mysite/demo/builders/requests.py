"""Cases of the last months, in every state, in the order in which they came."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from eservices.cases.models import Case
from eservices.documents.models import Document
from eservices.submissions.models import Channel

from .. import clock
from . import consulting
from .answers import Answers
from .bookings import days_of_works
from .journeys import Journey, NotYet, sent_on, version_of
from .residents import Residents, in_register
from .world import World

SERVICES = {
    "annonce-demenagement": 40,
    "attestation-domicile": 40,
    "macaron": 28,
    "reservation-salle": 20,
    "chien": 8,
    "manifestation": 5,
    "acces-decheterie": 6,
    "subvention-velo": 3,
}
# How requests end, again and again in this order, so that a small demo has every state too.
ENDINGS = [
    "accepted",
    "received",
    "in_progress",
    "waiting",
    "refused",
    "making",
    "withdrawn",
    "accepted",
    "answered",
    "accepted",
    "received",
    "accepted",
    "in_progress",
    "accepted",
    "accepted",
    "waiting",
    "accepted",
    "received",
    "accepted",
    "refused",
    "accepted",
    "in_progress",
    "accepted",
    "accepted",
    "accepted",
]
AGES = {  # days since it was sent: from, to
    "received": (0, 2),
    "in_progress": (1, 5),
    "waiting": (3, 6),
    "answered": (4, 6),
    "making": (5, 6),
    "accepted": (9, 170),
    "refused": (10, 150),
    "withdrawn": (6, 120),
}
OPEN, QUICK = ("received", "in_progress", "waiting"), ("attestation-domicile", "acces-decheterie")
LATE, TODAY = 3, 5  # open ones that are overdue, or due on the day
WEEK = ("annonce-demenagement", "macaron", "reservation-salle")  # answered within five working days
ASKED_BY_AGENTS = ("waiting", "answered", "refused")  # endings that the rules alone never lead to
MAKING = 2  # documents still on their way
CHANNELS = {Channel.ONLINE: 72, Channel.COUNTER: 15, Channel.PHONE: 8, Channel.PAPER: 5}
SENT = "the day on which it was sent"
NAMED = [
    {"personne_prenom": "Noé", "personne_nom": "Marchetti", "personne_naissance": "2019-09-02"},
    {"personne_prenom": "Lina", "personne_nom": "Marchetti", "personne_naissance": "2022-03-14"},
]
OWN = [
    # what the residents who can sign in have filed: address, service, ending, days ago, answers
    ("elodie.marchetti@courriel.example", "annonce-demenagement", "answered", 6, {"mouvement": "arrivee"}),
    (
        "elodie.marchetti@courriel.example",
        "reservation-salle",
        "waiting",
        7,
        {"salle": "ormes", "personnes": 60},
    ),
    ("elodie.marchetti@courriel.example", "macaron", "accepted", 14, {"zone": "c", "statut": "habitant"}),
    ("elodie.marchetti@courriel.example", "manifestation", "in_progress", 7, {"lieu": "port"}),
    ("huguette.perrin@courriel.example", "attestation-domicile", "accepted", 20, {"preuve": "guichet"}),
    ("huguette.perrin@courriel.example", "macaron", "received", 1, {"statut": "habitant"}),
    # ends soon: it can be renewed
    (
        "rachel.moore@courriel.example",
        "macaron",
        "accepted",
        21,
        {"statut": "habitant", "zone": "d", "duree": "mois", "debut": SENT},
    ),
    ("peter.schmid@courriel.example", "annonce-demenagement", "to_pay", 8, {"mouvement": "arrivee"}),
    ("rachel.moore@courriel.example", "attestation-domicile", "in_progress", 3, {"preuve": "copie"}),
    ("rachel.moore@courriel.example", "macaron", "to_pay", 8, {"statut": "habitant", "duree": "an"}),
    # names somebody whom the register does not know: an agent looks
    (
        "elodie.marchetti@courriel.example",
        "attestation-domicile",
        "received",
        1,
        {"beneficiaire": "famille", "personnes": NAMED, "preuve": "connu"},
    ),
]


PROTECTED = ("Nora", "Kessler")  # only who treats protected addresses sees the case


@dataclass
class Plan:
    """A request to come: what, how it ends, when it was sent."""

    service: str
    ending: str
    day: date
    email: str = ""
    given: dict | None = None
    name: tuple[str, str] | None = None  # of somebody in the register who files without signing in


def askers(world: World) -> Residents:
    """Who asks for something; nobody asks for a room while it is closed for works."""
    residents = Residents(world.random)
    residents.evenings |= {("conseil", day) for day in days_of_works(world.today)}
    return residents


def build(world: World) -> None:
    residents = askers(world)
    plans = sorted(plan(world), key=lambda one: (one.day, one.service, one.email))
    versions = {service: version_of(service) for service in SERVICES}
    for one in plans:
        journey = begin(one, residents, world)
        play(journey, one.ending, versions[one.service])
    hold_back(world)


def _own(sent: date, email: str, service: str, ending: str, given: dict) -> Plan:
    """What one of those who can sign in has filed."""
    dated = {key: sent.isoformat() if value is SENT else value for key, value in given.items()}
    return Plan(service, ending, sent, email, dated)


def plan(world: World) -> list[Plan]:
    """Which requests there are; nothing has happened yet."""
    random, day = world.random, world.today - timedelta(days=1)
    own = OWN if world.cases >= 20 else OWN[:2]
    plans = [_own(day - timedelta(days=ago), *who, given) for *who, ago, given in own]
    plans.append(Plan("attestation-domicile", "received", day, given={"motif": "chomage"}, name=PROTECTED))
    making, pressing = MAKING, [8] * LATE + [6] * TODAY
    for number in range(world.cases - len(plans)):
        ending = ENDINGS[number % len(ENDINGS)]
        service = random.choices(list(SERVICES), list(SERVICES.values()))[0]
        age = random.randint(*AGES[ending])
        if ending == "making":
            ending, making = ("making", making - 1) if making else ("accepted", 0)
            service = "attestation-domicile"
        elif ending == "in_progress" and pressing and number >= len(ENDINGS):
            service, age = WEEK[number % len(WEEK)], pressing.pop()
        elif ending in OPEN and service in QUICK:
            age = min(age, 2)
        plans.append(Plan(service, ending, day - timedelta(days=age)))
    return plans


def begin(plan: Plan, residents: Residents, world: World) -> Journey:
    """Draws who files, and what they answer."""
    random = world.random
    user = world.user(plan.email) if plan.email else None
    if user:
        who = residents.of(in_register(user.first_name, user.last_name), user.language, user.email)
    else:
        who = residents.of(in_register(*plan.name)) if plan.name else residents.draw(plan.service)
    online = user or plan.name
    channel = Channel.ONLINE if online else random.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    answers = Answers(random, residents).of(plan.service, who, plan.day, **(plan.given or {}))
    if channel != Channel.ONLINE:
        answers["email"] = None
    return Journey(
        service=plan.service,
        who=who,
        answers=answers,
        sent=sent_on(plan.day, random),
        until=clock.at(world.today, 0),
        random=random,
        channel=channel,
        user=user,
    )


def play(journey: Journey, ending: str, version) -> None:
    """Lets the request go its way to ``ending``, or as far as there was time."""
    journey.file(version)
    try:
        if journey.channel == Channel.ONLINE and journey.random.random() < 0.6:
            journey.confirm()
        if ending != "received" and journey.case.is_open:  # what the rules closed, nobody treats
            treat(journey, ending)
    except NotYet:
        pass


def treat(journey: Journey, ending: str) -> None:
    """What people do, where the rules did not bring the request to its end already."""
    if journey.is_over:
        return
    if ending == "withdrawn":
        journey.withdraw()
        return
    journey.makes_documents = ending != "making"
    treated = journey.needs_agent or ending in ASKED_BY_AGENTS
    if treated:
        journey.take()
        if journey.is_over:
            return
        consulting.begin(journey)
    if ending in ("waiting", "answered") or (
        ending == "accepted" and treated and journey.random.random() < 0.2
    ):
        journey.ask()
        if ending == "waiting":
            return
        journey.answer()
    if ending in ("accepted", "to_pay", "making"):
        consulting.finish(journey)
        consulting.grant(journey)
        journey.accept()
        consulting.review(journey)
    if ending in ("accepted", "making"):
        journey.pay()
        consulting.pay_out(journey)
    elif ending == "refused":
        consulting.finish(journey)
        journey.refuse()
        consulting.review(journey)


def hold_back(world: World) -> None:
    """Documents that are still being made stay so for a day, so that the demo shows the state."""
    due = timezone.now() + timedelta(days=1)
    drawn = Document.objects.filter(state=Document.State.DRAWN)
    Case.objects.filter(documents__in=drawn).update(due_at=None)
    drawn.update(due_at=due)
