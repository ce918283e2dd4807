"""A QR-bill on paper, into the print queue, for who has no e-mail address."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases import emails
from eservices.deliveries.actions import skip
from eservices.deliveries.models import Delivery
from home.dates import date_format
from home.templatetags.commune import chf

from ...actions import paying
from ...models import Charge, Payment
from ...providers import providers
from .paper import payment_part, payment_part_words


def post(charge: Charge) -> Delivery | None:
    """Bills what is due, in the caller's transaction; None where no QR-bill can be made. The case must be locked."""
    provider, case = providers["qrbill"], charge.case
    if not provider.available():
        return None
    payment = paying.begin(actor=None, basket=charge.basket, provider=provider, language=case.language)
    payment = paying.keep(payment=payment, answer=provider.start(payment, ""))
    with override(case.language):
        until = date_format(timezone.localdate(charge.expires_at), "DATE_FORMAT")
        rows = [[line["label"], chf(line["total"])] for line in charge.lines]
        return emails.post(
            case,
            title=_("Bill"),
            paragraphs=[
                _("%(what)s. Please pay by %(day)s.") % {"what": case.service, "day": until},
                {"rows": [*rows, [_("To pay"), chf(payment.amount)]]},
                _("You can also pay at our counter: tell us the reference %(reference)s.")
                % {"reference": case.reference},
            ],
            slip={"svg": payment_part(payment, case.reference), "alt": payment_part_words(payment)},
        )


def take_back(payment: Payment) -> None:
    """Nobody posts the bill any more, if it still lies in the house."""
    subjects = [charge.case.subject for charge in payment.basket.charges.select_related("case")]
    for letter in Delivery.objects.filter(subject__in=subjects, carrier="print"):
        slip = letter.payload.get("slip")
        if slip and payment.external_id in slip["alt"]:
            skip(actor=None, delivery=letter, reason=_("Nothing is to be paid any more."))
