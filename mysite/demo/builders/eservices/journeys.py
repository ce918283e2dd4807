"""The course of one case, played step by step in the past, through the actions that the site uses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.actors import Applicant
from eservices.cases.models import Case, CaseStage, Role
from eservices.cases.stages import AGENT
from eservices.deliveries.models import Delivery
from eservices.documents.actions import issuing as documents
from eservices.documents.models import Document
from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.fields import AddressField
from eservices.formbuilder.logic.visibility import visible_steps
from eservices.formbuilder.models import Form, FormVersion
from eservices.payments import provider_calls
from eservices.payments.actions import payments
from eservices.payments.contrib.demo.provider import mark_paid
from eservices.payments.models import Charge
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.providers import payment_providers
from eservices.register import actions as register
from eservices.register.models import CheckOutcome, RegisterCheck, Screening
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft, SubmissionChannel

from ... import clock
from . import deliveries, messages, uploads
from .answers import FILES
from .residents import Resident

CHECKS = {"copie": "card", "guichet": "seen", "poste": "posted"}
COUNTER = (SubmissionChannel.COUNTER, SubmissionChannel.PHONE, SubmissionChannel.PAPER)


class AfterDemoEvening(Exception):
    """The next step would be after the demo's last evening, so it does not happen."""


@dataclass
class CaseJourney:
    """A submission and its case. ``until``: the time of the last possible step."""

    service: str
    who: Resident
    answers: dict
    sent: datetime
    until: datetime
    random: Random
    channel: str = SubmissionChannel.ONLINE
    user: object = None
    case: Case | None = None
    makes_documents: bool = True

    def __post_init__(self):
        self.now = self.sent

    # -- time --------------------------------------------------
    def later(self, days: int = 1) -> None:
        """Advance the time to a random working hour, ``days`` working days later."""
        day = timezone.localtime(self.now).date()
        while days > 0:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        self.until_then(clock.local_moment(day, self.random.randint(8, 16), self.random.randint(0, 59)))

    def soon(self, minutes: int) -> None:
        self.until_then(self.now + timedelta(minutes=minutes))

    def until_then(self, moment: datetime) -> None:
        if moment >= self.until:
            raise AfterDemoEvening
        self.now = moment

    # -- submission ----------------------------------------------
    def file(self, version: FormVersion) -> Case:
        """Fill in every step and send, as a resident, or as an agent for one."""
        agent = self.some_agent(version) if self.channel in COUNTER else None
        with clock.clock_at(self.now - timedelta(minutes=self.random.randint(4, 15))):
            draft = submissions.start_draft(
                actor=self.user,
                version=version,
                language=self.who.language,
                channel=self.channel,
                agent=agent,
            )
            self.fill(draft, agent)
        with clock.clock_at(self.now):
            sent = submissions.submit(actor=agent or self.user, draft=draft)
            self.case = Case.objects.get(submission=sent)
            self.settle()
        return self.case

    def fill(self, draft: Draft, actor) -> None:
        definition, today = draft.version.definition, timezone.localdate()
        names = FILES.get(self.service, {})
        for step in visible_steps(definition, self.answers, today):
            for field in step.fields:
                if field.type == "files" and field.key in names:
                    file = uploads.sample_upload(names[field.key])
                    submissions.attach_file(actor=actor, draft=draft, field=field.key, upload=file, most=5)
            given = {
                f.key: _official(f, self.answers[f.key])
                for f in step.fields
                if self.answers.get(f.key) is not None
            }
            submissions.save_step(actor=actor, draft=draft, step=step, answers=given)

    def some_agent(self, version: FormVersion):
        return self.random.choice(agents_of(version.definition.settings["team"]))

    @property
    def is_over(self) -> bool:
        """True if the case is closed."""
        self.case.refresh_from_db()
        return not self.case.is_open

    # -- case work -------------------------------------------------
    def settle(self) -> None:
        """Do the work of the workers: screening, register checks, process, documents."""
        for screening in Screening.objects.filter(case=self.case).due(timezone.now()):
            register.screen(screening.pk)
        process.advance_case(self.case.pk)
        for check in RegisterCheck.objects.filter(stage__case=self.case, outcome=CheckOutcome.PENDING):
            register.run_check(check.pk)
            process.advance_case(self.case.pk)
        if self.makes_documents:
            for document in Document.objects.filter(case=self.case, state=Document.State.DRAWN):
                documents.issue_document(document.pk)
                process.advance_case(self.case.pk)
        self.reach_the_archives()
        self.case.refresh_from_db()

    def reach_the_archives(self) -> None:
        """Mark the transfer to the document store as done."""
        queued = Delivery.objects.for_subject(self.case.subject).filter(
            carrier="ged", state=Delivery.State.PENDING
        )
        for delivery in queued:
            delivery.payload["folder"] = delivery.payload["plan"]
            delivery.save(update_fields=["payload"])
            deliveries.mark_all_sent(queued)
            process.advance_case(self.case.pk)

    def confirm(self) -> None:
        """Open the e-mailed link as the resident, which proves the address."""
        link = self.case.links.filter(mailed=True).first()
        if link is not None:
            self.soon(self.random.randint(3, 90))
            with clock.clock_at(self.now):
                cases.confirm_email_address(actor=Applicant(link=link), case=self.case)

    def take(self) -> None:
        self.later(self.random.choice([1, 1, 2]))
        self.agent = self.random.choice(agents_of(self.case.team.key))
        with clock.clock_at(self.now):
            cases.take_case(actor=self.agent, case=self.case)
            self.vouch()
            self.look_up()
        if self.random.random() < 0.3:
            self.soon(self.random.randint(5, 40))
            with clock.clock_at(self.now):
                cases.add_note(
                    actor=self.agent, case=self.case, text=self.random.choice(messages.internal_notes())
                )

    @property
    def at_hand(self) -> CaseStage | None:
        """The active stage of the case; None if there is none."""
        return self.case.stages.filter(progress=CaseStage.Progress.ACTIVE).first()

    @property
    def needs_agent(self) -> bool:
        """True if the active stage waits for an agent."""
        return self.at_hand is not None and self.at_hand.waiting_for == AGENT

    def vouch(self) -> None:
        """State how the identity was checked, if the active stage asks for it."""
        row = self.at_hand
        if row and row.type == "identity":
            said = {"identity_check": CHECKS[self.case.submission.answers.get("preuve", "guichet")]}
            cases.complete_stage_task(actor=self.agent, case=self.case, stage=row.key, data=said)
            self.settle()

    def look_up(self) -> None:
        """Decide a register check that waits for an agent."""
        check = RegisterCheck.objects.filter(stage__case=self.case, decided_by=None).first()
        if check and check.waits_for_agent:
            with transaction.atomic():
                cases.lock_case(self.case.pk)
                fits = check.candidates[0].key if check.outcome == CheckOutcome.MATCH else ""
                named = [one.person for one in check.named_checks]
                register.decide_check(actor=self.agent, check=check, person=fits, named=named)
                cases.wake_process(case=self.case)
            self.settle()

    def ask(self) -> None:
        self.soon(self.random.randint(10, 60))
        text = messages.agent_question(self.service, self.who.language)
        with clock.clock_at(self.now):
            cases.ask_applicant(actor=self.agent, case=self.case, text=text, days=20)

    def answer(self) -> None:
        self.later(self.random.choice([1, 1, 2, 3]))
        link = self.case.links.order_by("-mailed").first()
        text = messages.applicant_reply(self.service, self.who.language)
        with clock.clock_at(self.now):
            cases.answer_question(actor=Applicant(link=link, user=self.user), case=self.case, text=text)

    def accept(self) -> None:
        """Accept the case as an agent, if it still needs a decision."""
        if not cases.can_decide(self.case):
            return
        self.later(self.random.choice([0, 1, 1]) if self.now.hour < 14 else 1)
        self.case.refresh_from_db()
        reason = (
            self.random.choice(messages.acceptance_remarks()) if self.service == "reservation-salle" else ""
        )
        with clock.clock_at(self.now):
            cases.accept_case(actor=self.agent, case=self.case, reason=reason)
            self.settle()

    def pay(self) -> None:
        """Pay the charge online as the resident, within a few days."""
        charge = Charge.objects.payable().filter(case=self.case).first()
        if charge is None:
            return
        self.later(self.random.choice([0, 1, 1, 2, 4]) if self.now.hour < 14 else 1)
        with clock.clock_at(self.now):
            payment = payments.start_payment(
                actor=self.user,
                basket=charge.basket,
                provider=payment_providers["demo"],
                language=self.case.language,
            )
            provider_calls.start_at_provider(payment)
            mark_paid(DemoPayment.objects.get(pk=payment.pk))
            provider_calls.poll_payment(payment.pk)
            self.settle()

    def agents_of_team(self) -> list:
        return agents_of(self.case.team.key)

    def refuse(self) -> None:
        self.later()
        with clock.clock_at(self.now):
            cases.refuse_case(actor=self.agent, case=self.case, reason=messages.refusal_reason(self.service))

    def withdraw(self) -> None:
        self.later()
        link = self.case.links.order_by("-mailed").first()
        with clock.clock_at(self.now):
            cases.withdraw_request(actor=Applicant(link=link, user=self.user), case=self.case, reason="")


def _official(field: FieldDefinition, answer):
    """Return an answer as the form stores it: an address with what follows from it."""
    if field.type != "address" or not field.table:
        return answer
    kind = field_types[field.type]
    return AddressField(**kind.arguments(field)).clean(kind.from_json(answer) | {"sure": ""})


def version_of(service: str) -> FormVersion:
    return Form.objects.get(slug=service).current


def agents_of(team: str) -> list:
    """Return the agents of the team who may decide, always in the same order."""
    from eservices.accounts.models import User

    members = User.objects.filter(memberships__team__key=team, memberships__role__gte=Role.DECIDE)
    return list(members.order_by("email"))


def sent_on(day: date, random: Random) -> datetime:
    """Return a random time of this day, because residents send forms by day and by night."""
    return clock.local_moment(
        day, random.choice([7, 9, 10, 11, 13, 15, 17, 18, 20, 21, 22]), random.randint(0, 59)
    )
