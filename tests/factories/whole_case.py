"""A case with one related object of every type, for tests of access."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from eservices.bookings.models import Inspection
from eservices.bookings.states import BookingState
from eservices.cases.models import (
    AppealableDecision,
    Case,
    CaseTag,
    Disposal,
    DisposalItem,
    LegalHold,
    LegalRemedies,
    LetterTemplate,
    SavedView,
)
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue.actions import take_print_batch
from eservices.documents.models import Document, Permit, Zone
from eservices.payments.actions import refunds
from eservices.payments.contrib.qrbill import account_changes
from eservices.payments.models import AccountChange, Till, UnallocatedPayment
from eservices.reports.models import ProblemReport
from eservices.submissions.models import StoredFile
from tests.factories import payments
from tests.factories.bookings import booking, resource
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, member
from tests.factories.deliveries import DeliveryFactory
from tests.factories.letter_templates import LetterFactory, RemediesFactory
from tests.factories.reports import ReportCategoryFactory

ADDRESS = {"street": "Chemin des Vignes", "number": "12 bis", "postcode": "1099", "town": "Orvenay"}
KEPT = {"months": 24, "disposition": "eliminate"}

# Names of the case's objects in tables of addresses.
REF, FILE, TAG, VIEW, DOCUMENT = "the case", "its file", "its tag", "a view of its team", "its document"
LINK, HOLD, RULING, LETTER, BATCH = "a link to it", "its hold", "its ruling", "its letter", "its batch"
MAIL, BOOKING, CHARGE, MONEY, REFUND = "its e-mail", "its booking", "its charge", "its money", "its refund"
CHANGE = "a change of the account"
ASIDE, TILL, DISPOSAL, SECRET = "money set aside", "a colleague's till", "its disposal", "its private link"
TEAM, TEXT, REMEDIES = "its team", "a letter of its team", "its remedies"


def whole_case(owner) -> Case:
    """Create a case of ``owner``, paid, waiting for a decision; by paper letter, because it has no e-mail address."""
    settings = {"remedies": RemediesFactory(team=TeamFactory()).key, "retention": KEPT}
    stages, answers = [payments.PAYMENT, DECISION], {"adresse": ADDRESS}
    case = CaseFactory(user=owner, email="", answers=answers, settings=settings, stages=stages)
    agent = member()
    case.tags.add(CaseTag.objects.create(name="urgent"))
    SavedView.objects.create(name="À moi", query="", owner=agent, team=case.team)
    LegalHold.objects.create(case=case, reason="Recours", by=agent)
    LetterFactory(team=case.team)
    _decided(case, agent)
    _written_to(case, agent)
    _documented(case)
    _booked(case, agent)
    _paid(case, agent)
    ProblemReport.objects.create(case=case, category=ReportCategoryFactory().translation_key)
    return Case.objects.get(pk=case.pk)


def _decided(case: Case, agent) -> None:
    AppealableDecision.objects.create(
        case=case, outcome="refused", by=agent, title="Refus", authority="Tribunal", days=30
    )
    gone = Disposal.objects.create(
        form=case.form, authority="Municipalité", approved_by=agent, months=24, disposition="eliminate"
    )
    DisposalItem.objects.create(disposal=gone, case=case, due_at=None, reason="Recours")


def _written_to(case: Case, agent) -> None:
    DeliveryFactory(subject=case.subject, title=f"Votre demande {case.reference}")
    take_print_batch(actor=agent, wanted=Delivery.objects.all())


def _documented(case: Case) -> None:
    today = timezone.localdate()
    document = Document(case=case, stage=case.stages.first(), kind="attestation", number="2026-1")
    document.language, document.title, document.state = "fr", "Attestation", Document.State.ISSUED
    document.identity_check, document.issued_at = "seen", timezone.now()
    document.content.save("attestation.pdf", ContentFile(b"%PDF-1.7"))
    document.links.create(expires_at=timezone.now() + timedelta(days=7))
    zone = Zone.objects.create(kind="macaron", value="a", name="Zone A")
    Permit.objects.create(case=case, zone=zone, plate="VD1", document=document, valid_until=today)


def _booked(case: Case, agent) -> None:
    row = StoredFile(submission=case.submission, name="carte.png", content_type="image/png", size=9)
    row.content.save("carte.png", ContentFile(b"\x89PNG\r\n\x1a\n."))
    day, hall = timezone.localdate() + timedelta(days=7), resource()
    booking(hall, f"{day}T10:00", f"{day}T12:00", submission=case.submission)
    given = booking(
        hall, f"{day}T14:00", f"{day}T16:00", submission=case.submission, state=BookingState.HANDED_OVER
    )
    Inspection.objects.create(booking=given, kind="handover", by=agent).photos.add(row)


def _paid(case: Case, agent) -> None:
    payment = payments.paid(case.charges.get())
    refunds.request_refund(
        actor=agent, allocation=payment.allocations.get(), amount=500, reason="Un seul exemplaire"
    )
    Till.objects.create(agent=agent, start=0)
    account_changes.ask(actor=agent, creditor="Commune", iban="CH4431999123000889012")
    UnallocatedPayment.objects.create(
        provider="qrbill", amount=100, currency="CHF", account="1010", why="unknown"
    )


def parts_of(case: Case) -> dict:
    """Return the objects for the names in a table."""
    document, charge = case.documents.get(), case.charges.get()
    money, about = charge.allocations.get(), Delivery.objects.for_subject(case.subject)
    letter = about.printed().earliest("created_at")
    return {
        REF: case.reference,
        SECRET: case.links.first().secret,
        FILE: case.submission.files.get().pk,
        TAG: case.tags.get().pk,
        VIEW: SavedView.objects.get().pk,
        DOCUMENT: document.pk,
        LINK: document.links.get().pk,
        HOLD: case.holds.get().pk,
        RULING: case.formal_decisions.get().pk,
        LETTER: letter.pk,
        BATCH: letter.posting.batch_id,
        MAIL: about.filter(carrier="email").earliest("created_at").pk,
        BOOKING: case.submission.bookings.get(state=BookingState.CONFIRMED).pk,
        CHARGE: charge.pk,
        MONEY: money.pk,
        REFUND: money.refunds.get().pk,
        ASIDE: UnallocatedPayment.objects.get().pk,
        CHANGE: AccountChange.objects.get().pk,
        TILL: Till.objects.get().pk,
        DISPOSAL: Disposal.objects.get().pk,
        TEAM: case.team_id,
        TEXT: LetterTemplate.objects.get().pk,
        REMEDIES: LegalRemedies.objects.get().pk,
    }
