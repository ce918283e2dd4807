"""The stage that collects the fees of a case, before or after a decision."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.cases import emails as case_emails
from eservices.cases.actors import SYSTEM
from eservices.cases.extension_points import CaseExtension, FeeExemption
from eservices.cases.models import Case
from eservices.cases.stages import AGENT, APPLICANT, LEAD, Done, Stage, Waiting, stages
from eservices.cases.workflow.progress import stages_ahead
from home.extensions.base import merged

from . import access, emails
from .actions import charges
from .contrib.qrbill import postal_delivery
from .models import Charge
from .providers import can_be_polled
from .states import ChargeState

LOOK_AGAIN = timedelta(minutes=10)  # until a lead has added the missing price to the fee schedule


def exemption_choices() -> list[tuple[str, str]]:
    """Return key and label of the fee exemptions."""
    return [(key, str(offer.label)) for key, offer in _fee_exemptions().items()]


def _fee_exemptions() -> dict[str, FeeExemption]:
    return merged(CaseExtension, lambda one: one.fee_exemptions())


@stages.register("payment")
class PaymentStage(Stage):
    """A stage in which the applicant pays the fees. It is skipped if the case is free."""

    key = "payment"
    label = gettext_lazy("Payment")
    icon = "tag"
    agent_template = "payments/stages/payment_agent.html"
    rests = True
    collects = True
    applicant_template = "payments/stages/payment_applicant.html"
    applicant_call = gettext_lazy("You still have to pay.")

    def applicant_call_text(self, row):
        charge = Charge.objects.filter(stage=row).first()
        tried = charge and access.last_attempt(charge)
        if tried and tried.is_open and can_be_polled(tried):
            return _("We wait for the confirmation of your payment.")
        return super().applicant_call_text(row)

    def settings_block(self):
        return blocks.StructBlock(
            [
                (
                    "days",
                    blocks.IntegerBlock(
                        required=False,
                        min_value=1,
                        max_value=365,
                        default=charges.DAYS,
                        label=gettext_lazy("Days to pay"),
                        help_text=gettext_lazy("Bookings must be paid by the evening before at the latest."),
                    ),
                ),
                (
                    "remind_after",
                    blocks.IntegerBlock(
                        required=False,
                        min_value=1,
                        max_value=364,
                        default=14,
                        label=gettext_lazy("Send a reminder after this many days"),
                        help_text=gettext_lazy(
                            "If empty, no reminder is sent. If the time to pay is shorter, the reminder is sent "
                            "halfway."
                        ),
                    ),
                ),
                (
                    "exempt",
                    blocks.ChoiceBlock(
                        choices=exemption_choices, required=False, label=gettext_lazy("No payment needed for")
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def announces_acceptance(self, settings):
        return True

    def enter(self, case, row, settings):
        acceptance = case_emails.acceptance_context(case, row)
        try:
            charge = charges.create_charge(
                actor=SYSTEM,
                case=case,
                stage=row,
                days=settings.get("days") or charges.DAYS,
                remind_after=settings.get("remind_after") or 0,
                waived=_exemption(case, settings.get("exempt", "")),
            )
        except charges.PriceMissing as missing:
            _send_acceptance_alone(case, acceptance)
            return Waiting(LEAD, until=timezone.now() + LOOK_AGAIN, reason=str(missing))
        if charge and charge.state == ChargeState.OPEN:
            _send_payment_request(charge, acceptance)
        else:
            _send_acceptance_alone(case, acceptance)
        return _stage_answer(charge)

    def resume(self, case, row, settings):
        charge = Charge.objects.filter(stage=row).first()
        return _stage_answer(charge) if charge else self.enter(case, row, settings)


def _send_payment_request(charge: Charge, acceptance: dict) -> None:
    """Tell the applicant what to pay, by e-mail or, without an address, by a paper letter with a QR-bill."""
    billed = not (charge.case.email or charge.case.rehearsal) and postal_delivery.queue_bill_letter(charge)
    if billed:
        _send_acceptance_alone(charge.case, acceptance)
    else:
        emails.send_payment_due(charge, charge.basket, **acceptance)


def _send_acceptance_alone(case: Case, acceptance: dict) -> None:
    """Tell the applicant that the case is accepted, if no payment e-mail includes that."""
    if acceptance:
        case_emails.send_acceptance(case, stages_ahead(case)[1:])


def _exemption(case: Case, key: str) -> str:
    """Return the reason why this applicant pays nothing; "" if they must pay."""
    offer = _fee_exemptions().get(key) if key else None
    return offer.reason(case) if offer else ""


def _stage_answer(charge: Charge | None):
    if charge is None:
        return Done({"free": True})
    if charge.state == ChargeState.OPEN:
        return Waiting(APPLICANT)
    if charge.state == ChargeState.EXPIRED:
        day = timezone.localtime(charge.expires_at).strftime("%d.%m.%Y")
        return Waiting(
            AGENT,
            reason=_("Not paid by %(day)s. Extend the time to pay, or refuse the request.") % {"day": day},
        )
    return Done({"charge": str(charge.pk)})
