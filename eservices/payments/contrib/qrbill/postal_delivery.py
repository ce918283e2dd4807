"""QR-bills as paper letters, for applicants without an e-mail address."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases import emails
from eservices.deliveries.actions import skip_delivery
from eservices.deliveries.models import Delivery
from home.localization.dates import date_format
from home.localization.number_format import format_amount

from ...actions import payments
from ...models import Charge, Payment
from ...providers import payment_providers
from .bill_pdf import payment_part_svg, payment_part_text


def queue_bill_letter(charge: Charge) -> Delivery | None:
    """Create a QR-bill for the charge and queue it as a paper letter, in the caller's transaction.

    None if QR-bills are not available. The case must be locked.
    """
    provider, case = payment_providers["qrbill"], charge.case
    if not provider.available():
        return None
    payment = payments.start_payment(
        actor=None, basket=charge.basket, provider=provider, language=case.language
    )
    payment = payments.save_provider_answer(payment=payment, answer=provider.start(payment, ""))
    with override(case.language):
        until = date_format(timezone.localdate(charge.expires_at), "DATE_FORMAT")
        rows = [[line["label"], format_amount(line["total"])] for line in charge.lines]
        return emails.send_paper_letter(
            case,
            title=_("Bill"),
            paragraphs=[
                _("%(what)s. Please pay by %(day)s.") % {"what": case.service, "day": until},
                {"rows": [*rows, [_("To pay"), format_amount(payment.amount)]]},
                _("You can also pay at our counter. Give the reference %(reference)s.")
                % {"reference": case.reference},
            ],
            slip={"svg": payment_part_svg(payment, case.reference), "alt": payment_part_text(payment)},
        )


def cancel_bill_letter(payment: Payment) -> None:
    """Skip the paper letters with this bill that are not posted yet, because nothing is to be paid any more."""
    subjects = [charge.case.subject for charge in payment.basket.charges.select_related("case")]
    for letter in Delivery.objects.filter(subject__in=subjects, carrier="print"):
        slip = letter.payload.get("slip")
        if slip and payment.external_id in slip["alt"]:
            skip_delivery(actor=None, delivery=letter, reason=_("There is no amount to pay any more."))
