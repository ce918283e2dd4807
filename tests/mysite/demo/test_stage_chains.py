"""Processes of the demo's services: automatic stages, stages that wait, and what the applicant sees of them."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from random import Random

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import IdentityLevel
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing as documents
from eservices.documents.models import Document, Permit, Zone
from eservices.register import actions as register
from eservices.register.models import CheckOutcome, RegisterCheck
from eservices.space import status_page
from mysite.demo.builders.eservices import case_reviews
from mysite.demo.builders.eservices.answers import AnswerFactory
from mysite.demo.builders.eservices.journeys import CaseJourney
from mysite.demo.builders.eservices.reference_tables import import_table
from mysite.demo.builders.eservices.residents import Residents, resident_by_name
from mysite.demo.builders.eservices.services import DEFINITIONS
from tests.factories.accounts import known
from tests.factories.addresses import make_streets, swiss_line
from tests.factories.cases import TeamFactory, member
from tests.factories.documents import DocumentTemplateFactory, body
from tests.factories.home import CommuneSettingsFactory
from tests.factories.letter_templates import LetterFactory
from tests.factories.payments import entry
from tests.factories.submissions import DraftFactory, FormVersionFactory

pytestmark = pytest.mark.django_db
CERTIFICATE, PERMIT, MOVE = "attestation-domicile", "macaron", "annonce-demenagement"
DOG, CARD, EVENT, BIKE = "chien", "acces-decheterie", "manifestation", "subvention-velo"
ME = {"beneficiaire": "moi", "motif": "bail", "preuve": "copie", "envoi_poste": False}
CAR = {"statut": "habitant", "detenteur": True, "duree": "an", "second": False}


@pytest.fixture(autouse=True)
def commune():
    for key, amount in ((CERTIFICATE, 1500), ("macaron-an", 24000), (f"{MOVE}-arrivee", 2000)):
        entry(key, amount)
    for key, amount in (
        (f"{DOG}-impot", 10000),
        (f"{DOG}-impot-second", 15000),
        (f"{CARD}-remplacement", 2000),
    ):
        entry(key, amount)
    import_table(None, "races-chiens", "Races de chiens")
    DocumentTemplateFactory(key=CERTIFICATE)
    DocumentTemplateFactory(key=PERMIT, tells_register=False)
    return Zone.objects.create(kind=PERMIT, value="a", name="Bourg", places=1)


@dataclass
class Walk(CaseJourney):
    """The journey of a case that records in ``told`` what the status page shows after each task."""

    told: list = field(default_factory=list)

    def settle(self) -> None:
        self.look()
        process.advance_case(self.case.pk)
        self.look()
        for check in RegisterCheck.objects.filter(stage__case=self.case, outcome=CheckOutcome.PENDING):
            register.run_check(check.pk)
            self.look()
            process.advance_case(self.case.pk)
            self.look()
        for document in Document.objects.filter(case=self.case, state=Document.State.DRAWN):
            documents.issue_document(document.pk)
            self.look()
            process.advance_case(self.case.pk)
            self.look()
        self.reach_the_archives()
        self.look()
        self.case.refresh_from_db()

    def look(self) -> None:
        """Record the headline, the current stage and the next stages of the status page."""
        page = Client().get(reverse("space:status", args=[self.case.links.get(mailed=False).secret])).text
        points = re.findall(r"<em>([^<]*)</em><b>([^<]*)</b>", page.partition('class="track"')[2])
        now = [unescape(title) for when, title in points if when == "Maintenant"]
        coming = [unescape(title) for when, title in points if when in ("Ensuite", "Enfin")]
        said = (unescape(re.search(r"<h1>([^<]*)</h1>", page)[1]), "".join(now), coming)
        assert len(now) == (not process.is_finished_for_applicant(Case.objects.get(pk=self.case.pk))), points
        if self.told[-1:] != [said]:
            self.told.append(said)


def filed(service: str, *, user=None, way=CaseJourney, **given) -> CaseJourney:
    """Submit a form as Élodie Marchetti, who is in the population register. ``user`` is her account."""
    content = json.loads((DEFINITIONS / f"{service}.json").read_text(encoding="utf-8"))
    team = TeamFactory(key=content["settings"]["team"])
    random, now = Random(1), timezone.now()
    residents = Residents(random)
    if service == PERMIT:  # the zone follows from the street
        make_streets("rues", swiss_line("Rue du Lac", "12", 1, 1), columns={"Rue du Lac": {"zone": "a"}})
    who = residents.of(resident_by_name("Élodie", "Marchetti"), "fr", "elodie@courriel.example")
    answers = AnswerFactory(random, residents).of(service, who, timezone.localdate()) | given
    journey = way(service, who, answers, now, now + timedelta(days=30), random, user=user)
    journey.file(FormVersionFactory(form__slug=service, content=content))
    journey.agent = member(team=team)
    return journey


def elodie():
    return known(birth_date=date(1988, 4, 17))


def waits(journey: CaseJourney) -> tuple[str, str]:
    """Return the key of the current stage and whom it waits for; empty texts if there is none."""
    row = journey.at_hand
    return (row.key, row.waiting_for) if row else ("", "")


def titles(case: Case) -> list[tuple[str, str]]:
    return [(point.state, point.title) for point in status_page.tracker_steps(Case.objects.get(pk=case.pk))]


def works(journey: CaseJourney, **said) -> None:
    """Complete the form of the current stage as an agent."""
    row = journey.at_hand
    cases.complete_stage_task(actor=journey.agent, case=journey.case, stage=row.key, data=said)
    journey.settle()


def verdicts(*notes: str) -> dict:
    """Build an agent's review of enclosures: each with a note is refused, the others are accepted."""
    said = {f"note_{number}": note for number, note in enumerate(notes)}
    return said | {f"verdict_{number}": "objected" if note else "right" for number, note in enumerate(notes)}


# -- The residence certificate -------------------------------------------------------------------------------
def test_certificate_of_a_known_resident_needs_no_agent():
    journey = filed(CERTIFICATE, user=elodie(), **ME)
    assert waits(journey) == ("paiement", "applicant")
    assert titles(journey.case)[2:5] == [
        ("done", "Contrôle au registre"),
        ("now", "Paiement de l’attestation"),
        ("", "L’attestation"),
    ]
    journey.pay()
    assert journey.is_over
    document = Document.objects.get()
    assert (document.state, document.identity_check, document.issued_by) == ("issued", "known", None)
    assert Delivery.objects.get(carrier="ged").payload["folder"].startswith("Contrôle des habitants/20")
    assert set(journey.case.events.values_list("actor_kind", flat=True)) <= {"applicant", "system"}


def test_unknown_applicant_is_identified_before_register_check(client):
    journey = filed(CERTIFICATE, **ME)
    assert waits(journey) == ("identite", "agent")
    assert not RegisterCheck.objects.exists()
    page = client.get(reverse("space:status", args=[journey.case.links.get(mailed=False).secret])).text
    assert "que c’est bien vous" in page
    client.force_login(journey.agent)
    screen = client.get(reverse("cases:case", args=[journey.case.reference])).text
    assert "carte d’identité jointe" in screen

    works(journey, identity_check="card")
    assert waits(journey) == ("paiement", "applicant")
    journey.pay()
    assert journey.is_over
    assert (Document.objects.get().identity_check, Document.objects.get().issued_by) == (
        "card",
        journey.agent,
    )


def test_applicant_identified_at_the_counter_continues():
    journey = filed(CERTIFICATE, **ME)
    cases.identify_applicant(actor=journey.agent, case=journey.case, check="card")
    journey.settle()
    assert journey.case.identity_level == IdentityLevel.KNOWN
    assert waits(journey) == ("paiement", "applicant")


@pytest.mark.parametrize(("service", "given"), [(CERTIFICATE, ME), (PERMIT, CAR), (MOVE, {})])
def test_sending_takes_at_most_30_queries(service, given, client, django_assert_max_num_queries):
    CommuneSettingsFactory()
    first = filed(service, **given)  # the series of case references exists now
    draft = DraftFactory(version=first.case.version)
    first.fill(draft, None)
    with django_assert_max_num_queries(30):
        sent = client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})
    assert sent.url == reverse("submissions:sent", args=[draft.secret])


# -- The parking permit --------------------------------------------------------------------------------------
def test_permit_of_a_known_resident_is_paid_issued_and_reminded():
    journey = filed(PERMIT, user=elodie(), **CAR)
    assert waits(journey) == ("paiement", "applicant")
    journey.pay()
    assert journey.is_over
    permit = Permit.objects.get()
    assert permit.due_at.date() == permit.valid_until - timedelta(days=30)
    assert set(journey.case.events.values_list("actor_kind", flat=True)) <= {"applicant", "system"}


def test_full_zone_charges_nobody_before_a_place_is_free(commune, client):
    commune.places = 0
    commune.save()
    journey = filed(PERMIT, user=elodie(), **CAR)
    assert waits(journey) == ("place", "system")
    assert not journey.case.charges.exists()
    page = client.get(reverse("space:status", args=[journey.case.links.get(mailed=False).secret])).text
    assert "liste d’attente" in page


def test_refused_enclosure_of_an_unknown_applicant_is_decided():
    journey = filed(PERMIT, **CAR)
    assert waits(journey) == ("pieces", "agent")
    works(journey, **verdicts("", "Le permis est au nom d’une autre personne.", ""))
    assert waits(journey) == ("decision", "agent")
    assert not RegisterCheck.objects.exists()
    cases.accept_case(actor=journey.agent, case=journey.case)
    journey.settle()
    assert waits(journey) == ("paiement", "applicant")


def test_accepted_enclosures_need_no_decision():
    journey = filed(PERMIT, **CAR)
    works(journey, **verdicts("", "", ""))
    assert waits(journey) == ("paiement", "applicant")
    assert journey.case.stages.get(key="decision").progress == "skipped"


# -- The moving notice ---------------------------------------------------------------------------------------
def test_newcomer_is_decided_charged_transferred_and_informed():
    newcomer = {"prenom": "Zélie", "nom": "Nouvelle", "naissance": "1991-02-03", "mouvement": "arrivee"}
    journey = filed(MOVE, **newcomer)
    assert waits(journey) == ("decision", "agent")
    cases.accept_case(actor=journey.agent, case=journey.case)
    journey.settle()
    assert waits(journey) == ("paiement", "applicant")
    journey.pay()
    assert journey.is_over
    done = list(
        journey.case.stages.exclude(progress="skipped").order_by("position").values_list("key", flat=True)
    )
    assert done == ["arrivee", "decision", "paiement", "suite", "classement"]
    told = Delivery.objects.for_subject(journey.case.subject).filter(carrier="email")
    assert told.filter(title__contains="déménagement est acceptée").count() == 1


def test_departure_is_free_of_charge():
    journey = filed(MOVE, mouvement="depart")
    journey.look_up()
    cases.accept_case(actor=journey.agent, case=journey.case)
    journey.settle()
    assert journey.is_over
    assert not journey.case.charges.exists()
    _receipt, told = (
        Delivery.objects.for_subject(journey.case.subject).filter(carrier="email").order_by("created_at")
    )
    assert "accepté votre demande" in told.payload["text"]
    assert "votre caisse-maladie" in told.payload["text"]


def test_status_page_does_not_reveal_the_register_check(client):
    """The first notice declares the true last address, the second a wrong one."""
    home = {"street": "Rue du Lac", "number": "12", "postcode": "1199", "town": "Orvenay"}
    new = home | {"street": "Rue des Vignes", "number": "9"}
    pages = []
    with time_machine.travel(timezone.now(), tick=False):  # the page shows the minute
        for address, stage in ((home, "decision"), (home | {"number": "13"}, "controle")):
            there = {"mouvement": "changement", "ancienne_adresse": address, "nouvelle_adresse": new}
            journey = filed(MOVE, **there)
            assert waits(journey) == (stage, "agent")
            secret = journey.case.links.get(mailed=False).secret
            html = client.get(reverse("space:status", args=[secret])).text
            pages.append(re.sub(r"\s+", " ", re.search(r'<ol class="track">.*?</div>', html, re.S).group()))
    assert pages[0] == pages[1]


# -- Payment after acceptance --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("service", "given", "due"),
    [
        (DOG, {"evenement": "nouveau", "autre_chien": False}, 10000),
        (DOG, {"evenement": "nouveau", "autre_chien": True}, 15000),
        (DOG, {"evenement": "arrivee", "ancienne_commune": "Aubonne", "impot_paye": True}, 0),
        (DOG, {"evenement": "exoneration", "exemption_motif": "pc"}, 0),
        (DOG, {"evenement": "depart"}, 0),
        (CARD, {"raison": "perdue"}, 2000),
        (CARD, {"raison": "nouvelle"}, 0),
    ],
)
def test_fees_are_paid_after_acceptance(service, given, due):
    journey = filed(service, **given)
    cases.accept_case(actor=journey.agent, case=journey.case)
    journey.settle()
    assert sum(charge.amount for charge in journey.case.charges.all()) == due
    assert waits(journey) == (("paiement", "applicant") if due else ("", ""))
    journey.pay()
    assert journey.is_over


# -- Data added by the administration before its decision ----------------------------------------------------
def test_event_permit_lists_the_conditions_of_the_opinions(monkeypatch):
    monkeypatch.setattr(case_reviews, "OPINIONS", [("conditions", "Deux extincteurs.", "Cap. D. Rey")])
    DocumentTemplateFactory(
        key="autorisation-manifestation", tells_register=False, body=body("{titre}, {jour} : {conditions}")
    )
    TeamFactory(key="batiments")
    journey = filed(EVENT, titre="Nuit du conte", jour="2031-06-03")
    member(team=journey.case.team)  # the second agent who must agree
    case_reviews.start_reviews(journey)
    case_reviews.finish_reviews(journey)
    journey.accept()
    case_reviews.confirm_by_second_agent(journey)
    assert journey.is_over
    said = Document.objects.get(state="issued").texts["body"][0]["passages"][0]["items"][0]
    assert "".join(run[0] for run in said) == "Nuit du conte, 3 juin 2031 : Deux extincteurs."


def test_subsidy_email_states_the_amount_and_case_stays_open():
    LetterFactory(key="subvention-accordee", subject="Accordé : CHF {montant}.–")
    journey = filed(BIKE, prix="2000.00")
    case_reviews.grant_amount(journey)
    journey.accept()
    told = Delivery.objects.for_subject(journey.case.subject).filter(carrier="email")
    assert told.filter(title="Accordé : CHF 300.–").count() == 1
    assert waits(journey) == ("versement", "agent")
    case_reviews.pay_out_grant(journey)
    assert journey.is_over


ARRIVED, MOVES = "Votre demande est arrivée.", "Votre demande suit son cours."
PAY, ACCEPTED = (
    "Il reste une chose\N{NO-BREAK SPACE}: le paiement.",
    "Votre demande est acceptée. Tout n’est pas encore terminé.",
)
DONE = "C’est fait."


# -- Status page at every moment -----------------------------------------------------------------------------
def test_status_of_a_certificate_shows_current_and_next_stages():
    journey = filed(CERTIFICATE, user=elodie(), way=Walk, **ME)
    journey.pay()
    assert journey.is_over
    ahead = ["Paiement de l’attestation", "L’attestation"]
    ready = "Votre document est prêt\N{NO-BREAK SPACE}: Attestation de domicile"
    assert journey.told == [
        (ARRIVED, "Votre identité", ["Contrôle au registre", *ahead]),
        (MOVES, "Contrôle au registre", ahead),
        (PAY, ahead[0], ahead[1:]),
        (MOVES, ahead[1], []),
        (ready, ahead[1], []),
        (ready, "", []),  # also while it is being archived
    ]


def test_status_of_a_permit_shows_current_and_next_stages():
    journey = filed(PERMIT, user=elodie(), way=Walk, **CAR)
    journey.pay()
    assert journey.is_over
    ahead = ["Place dans la zone", "Paiement du macaron", "Le macaron"]
    ready = "Votre document est prêt\N{NO-BREAK SPACE}: Attestation de domicile"  # as the test's template is called
    assert journey.told == [
        (ARRIVED, "Contrôle du véhicule et de l’adresse", ahead),
        (PAY, ahead[1], ahead[2:]),
        (MOVES, ahead[2], []),
        (ready, ahead[2], []),
        (ready, "", []),
    ]


def test_status_of_a_move_shows_current_and_next_stages():
    newcomer = {"prenom": "Zélie", "nom": "Nouvelle", "naissance": "1991-02-03", "mouvement": "arrivee"}
    journey = filed(MOVE, way=Walk, **newcomer)
    cases.accept_case(actor=journey.agent, case=journey.case)
    journey.settle()
    journey.pay()
    assert journey.is_over
    ahead = ["Paiement de l’inscription", "Votre confirmation"]
    assert journey.told == [
        (ARRIVED, "Contrôle de votre annonce", ahead),
        (ACCEPTED, "Contrôle de votre annonce", ahead),
        (PAY, ahead[0], ahead[1:]),
        (DONE, "", []),  # also while it is being archived
    ]
