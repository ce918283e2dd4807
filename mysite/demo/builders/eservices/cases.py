"""Cases of the last months in every state, in order of arrival."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from eservices.cases.models import Case
from eservices.documents.models import Document
from eservices.submissions.models import SubmissionChannel

from ... import clock
from ..context import DemoContext
from . import case_reviews
from .answers import AnswerFactory
from .bookings import closed_days
from .journeys import AfterDemoEvening, CaseJourney, sent_on, version_of
from .residents import Residents, resident_by_name

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
# Endings of cases, repeated in this order, so that a small demo has every state too.
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
AGES = {  # days since the submission: from, to
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
LATE, TODAY = 3, 5  # numbers of open cases that are overdue, and due today
WEEK = ("annonce-demenagement", "macaron", "reservation-salle")  # answered within five working days
ASKED_BY_AGENTS = ("waiting", "answered", "refused")  # endings that need an agent
MAKING = 2  # documents that are still being made
CHANNELS = {
    SubmissionChannel.ONLINE: 72,
    SubmissionChannel.COUNTER: 15,
    SubmissionChannel.PHONE: 8,
    SubmissionChannel.PAPER: 5,
}
SENT = "the day on which it was sent"
NAMED = [
    {"personne_prenom": "Noé", "personne_nom": "Marchetti", "personne_naissance": "2019-09-02"},
    {"personne_prenom": "Lina", "personne_nom": "Marchetti", "personne_naissance": "2022-03-14"},
]
OWN = [
    # submissions of residents who can sign in: address, service, ending, days ago, answers
    ("elodie.marchetti@courriel.example", "annonce-demenagement", "answered", 6, {"mouvement": "arrivee"}),
    (
        "elodie.marchetti@courriel.example",
        "reservation-salle",
        "waiting",
        7,
        {"salle": "ormes", "personnes": 60},
    ),
    ("elodie.marchetti@courriel.example", "macaron", "accepted", 14, {"statut": "habitant"}),
    ("elodie.marchetti@courriel.example", "manifestation", "in_progress", 7, {"lieu": "port"}),
    ("huguette.perrin@courriel.example", "attestation-domicile", "accepted", 20, {"preuve": "guichet"}),
    ("huguette.perrin@courriel.example", "macaron", "received", 1, {"statut": "habitant"}),
    # expires soon, so it can be renewed
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
    # names a person who is not in the register: an agent decides
    (
        "elodie.marchetti@courriel.example",
        "attestation-domicile",
        "received",
        1,
        {"beneficiaire": "famille", "personnes": NAMED, "preuve": "connu"},
    ),
]


PROTECTED = ("Nora", "Kessler")  # only agents who may see protected persons see the case


@dataclass
class RequestPlan:
    """A planned submission: service, ending, date."""

    service: str
    ending: str
    day: date
    email: str = ""
    given: dict | None = None
    name: tuple[str, str] | None = None  # of a person in the register who is not signed in


def applicants(world: DemoContext) -> Residents:
    """Return the applicants. The council's room is not booked while it is closed for works."""
    residents = Residents(world.random)
    residents.evenings |= {("conseil", day) for day in closed_days(world.today)}
    return residents


def build(world: DemoContext) -> None:
    residents = applicants(world)
    plans = sorted(plan_requests(world), key=lambda one: (one.day, one.service, one.email))
    versions = {service: version_of(service) for service in SERVICES}
    for one in plans:
        journey = start_journey(one, residents, world)
        play_journey(journey, one.ending, versions[one.service])
    delay_rendering(world)


def _own(sent: date, email: str, service: str, ending: str, given: dict) -> RequestPlan:
    """Return the planned submission of a resident who can sign in."""
    dated = {key: sent.isoformat() if value is SENT else value for key, value in given.items()}
    return RequestPlan(service, ending, sent, email, dated)


def plan_requests(world: DemoContext) -> list[RequestPlan]:
    """Return all planned submissions, without creating anything."""
    random, day = world.random, world.today - timedelta(days=1)
    own = OWN if world.cases >= 20 else OWN[:2]
    plans = [_own(day - timedelta(days=ago), *who, given) for *who, ago, given in own]
    plans.append(
        RequestPlan("attestation-domicile", "received", day, given={"motif": "chomage"}, name=PROTECTED)
    )
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
        plans.append(RequestPlan(service, ending, day - timedelta(days=age)))
    return plans


def start_journey(plan: RequestPlan, residents: Residents, world: DemoContext) -> CaseJourney:
    """Choose the applicant and the answers of a planned submission."""
    random = world.random
    user = world.user(plan.email) if plan.email else None
    if user:
        who = residents.of(resident_by_name(user.first_name, user.last_name), user.language, user.email)
    else:
        who = residents.of(resident_by_name(*plan.name)) if plan.name else residents.draw(plan.service)
    online = user or plan.name
    channel = (
        SubmissionChannel.ONLINE if online else random.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    )
    answers = AnswerFactory(random, residents).of(plan.service, who, plan.day, **(plan.given or {}))
    if channel != SubmissionChannel.ONLINE:
        answers["email"] = None
    return CaseJourney(
        service=plan.service,
        who=who,
        answers=answers,
        sent=sent_on(plan.day, random),
        until=clock.local_moment(world.today, 0),
        random=random,
        channel=channel,
        user=user,
    )


def play_journey(journey: CaseJourney, ending: str, version) -> None:
    """Play the case until ``ending``, or as far as there was time before ``until``."""
    journey.file(version)
    try:
        if journey.channel == SubmissionChannel.ONLINE and journey.random.random() < 0.6:
            journey.confirm()
        if ending != "received" and journey.case.is_open:  # a case closed automatically needs no agent
            treat_case(journey, ending)
    except AfterDemoEvening:
        pass


def treat_case(journey: CaseJourney, ending: str) -> None:
    """Do the work of agents, unless the case is closed already."""
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
        case_reviews.start_reviews(journey)
    if ending in ("waiting", "answered") or (
        ending == "accepted" and treated and journey.random.random() < 0.2
    ):
        journey.ask()
        if ending == "waiting":
            return
        journey.answer()
    if ending in ("accepted", "to_pay", "making"):
        case_reviews.finish_reviews(journey)
        case_reviews.grant_amount(journey)
        journey.accept()
        case_reviews.confirm_by_second_agent(journey)
    if ending in ("accepted", "making"):
        journey.pay()
        case_reviews.pay_out_grant(journey)
    elif ending == "refused":
        case_reviews.finish_reviews(journey)
        journey.refuse()
        case_reviews.confirm_by_second_agent(journey)


def delay_rendering(world: DemoContext) -> None:
    """Postpone documents that are being made for a day, so that the demo shows the state."""
    due = timezone.now() + timedelta(days=1)
    drawn = Document.objects.filter(state=Document.State.DRAWN)
    Case.objects.filter(documents__in=drawn).update(due_at=None)
    drawn.update(due_at=due)
