"""Actions on tills: open one with its float, take money and pay it out, count it at the end of the day."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.models import User
from home.localization.number_format import format_amount

from ... import ledger
from ...actions import payments, refunds
from ...actions.locking import AlreadySettled, PaymentActionRefused, lock_charge
from ...models import Charge, JournalRow, Payment, Refund, Till
from ...providers import REFUND_DONE, RefundStatus, payment_providers
from ...states import REFUNDS, ChargeState, is_allowed


class PaymentMeans(TextChoices):
    CASH = "cash", gettext_lazy("cash")
    TERMINAL = "terminal", gettext_lazy("card terminal")


def open_till(*, actor: User, start: int) -> Till:
    """Open the agent's till with ``start`` in it, in minor units. An agent has at most one open till."""
    try:
        with transaction.atomic():
            return Till.objects.create(agent=actor, start=start)
    except IntegrityError:
        raise PaymentActionRefused(_("Your till is open already.")) from None


@transaction.atomic
def take_payment(*, actor: User, charge: Charge, means: str) -> Payment:
    """Take what is due of a charge into the agent's till."""
    till = _till_of(actor)
    if lock_charge(charge.pk).state == ChargeState.PAID:
        raise AlreadySettled(_("This was paid already. No money was taken this time."))
    payment = payments.start_payment(
        actor=actor,
        basket=charge.basket,
        provider=payment_providers["counter"],
        language=charge.case.language,
    )
    Payment.objects.filter(pk=payment.pk).update(account=getattr(ledger.ledger_accounts(), means), till=till)
    payment = payments.record_receipt(
        actor=actor, payment=payment, amount=payment.amount, currency=payment.currency
    )
    _change_till(till, means, payment.amount)
    return payment


@transaction.atomic
def pay_out_refund(*, actor: User, refund: Refund) -> Refund:
    """Pay out a refund of a counter payment: cash from the till, a card through the terminal."""
    till = _till_of(actor)
    refund = refunds.lock_refund(refund)  # locked, so that of two simultaneous payouts only one is booked
    if refund.payment.provider != "counter" or not is_allowed(REFUNDS, "finish", refund.state):
        raise PaymentActionRefused(_("There is no amount to refund from the till."))
    Refund.objects.filter(pk=refund.pk).update(till=till)
    done = refunds.save_refund_answer(actor=actor, refund=refund, answer=RefundStatus(REFUND_DONE))
    cash = refund.account == ledger.ledger_accounts().cash
    _change_till(till, PaymentMeans.CASH if cash else PaymentMeans.TERMINAL, -refund.amount)
    return done


@transaction.atomic
def close_till(*, actor: User, cash: int, terminal: int, note: str = "") -> Till:
    """Close the agent's till with the counted amounts. Differences are booked and need a note."""
    till = _till_of(actor)
    till.closed_at = timezone.now()
    till.counted_cash, till.counted_terminal, till.note = cash, terminal, note.strip()[:255]
    if (till.cash_difference or till.terminal_difference) and not till.note:
        raise PaymentActionRefused(
            _(
                "The count differs: %(cash)s in cash, %(card)s by card. Count again, or explain the "
                "difference."
            )
            % {"cash": format_amount(till.cash_difference), "card": format_amount(till.terminal_difference)}
        )
    till.save()
    own = ledger.ledger_accounts()
    for account, difference in (
        (own.cash, till.cash_difference or 0),
        (own.terminal, till.terminal_difference or 0),
    ):
        more = difference > 0
        ledger.post_entry(
            JournalRow.Kind.DIFFERENCE,
            debit=account if more else own.differences,
            credit=own.differences if more else account,
            amount=abs(difference),
            currency=settings.CURRENCY,
            text=_("Till of %(agent)s: %(note)s") % {"agent": actor, "note": till.note},
        )
    return till


def _till_of(agent: User) -> Till:
    till = Till.objects.select_for_update(of=("self",)).filter(agent=agent, closed_at=None).first()
    if till is None:
        raise PaymentActionRefused(_("Open your till first."))
    return till


def _change_till(till: Till, means: str, amount: int) -> None:
    Till.objects.filter(pk=till.pk).update(**{means: F(means) + amount})
