"""The till: opened with its float, money taken and paid back, counted at the end of the day."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.models import User
from home.templatetags.commune import chf

from ... import ledger
from ...actions import paying, refunds
from ...actions.locking import Impossible, Over, charge_locked
from ...models import Charge, JournalRow, Payment, Refund, Till
from ...providers import REFUND_DONE, RefundAnswer, providers
from ...states import REFUNDS, ChargeState, allowed


class Means(TextChoices):
    CASH = "cash", gettext_lazy("cash")
    TERMINAL = "terminal", gettext_lazy("card terminal")


def open_till(*, actor: User, start: int) -> Till:
    """Opens the agent's till with ``start`` in it, in minor units. One at a time."""
    try:
        with transaction.atomic():
            return Till.objects.create(agent=actor, start=start)
    except IntegrityError:
        raise Impossible(_("Your till is open already.")) from None


@transaction.atomic
def take(*, actor: User, charge: Charge, means: str) -> Payment:
    """Takes what is still due of a charge, into the agent's till."""
    till = _till_of(actor)
    if charge_locked(charge.pk).state == ChargeState.PAID:
        raise Over(_("It was paid already: nothing was taken this time."))
    payment = paying.begin(
        actor=actor, basket=charge.basket, provider=providers["counter"], language=charge.case.language
    )
    Payment.objects.filter(pk=payment.pk).update(account=getattr(ledger.accounts(), means), till=till)
    payment = paying.receive(actor=actor, payment=payment, amount=payment.amount, currency=payment.currency)
    _move(till, means, payment.amount)
    return payment


@transaction.atomic
def pay_back(*, actor: User, refund: Refund) -> Refund:
    """Pays a refund of a counter payment out: cash from the till, a card by the terminal."""
    till = _till_of(actor)
    refund = refunds.locked(refund)  # of two who press at once, one till is lighter
    if refund.payment.provider != "counter" or not allowed(REFUNDS, "finish", refund.state):
        raise Impossible(_("There is nothing to pay back from the till."))
    Refund.objects.filter(pk=refund.pk).update(till=till)
    done = refunds.keep(actor=actor, refund=refund, answer=RefundAnswer(REFUND_DONE))
    cash = refund.account == ledger.accounts().cash
    _move(till, Means.CASH if cash else Means.TERMINAL, -refund.amount)
    return done


@transaction.atomic
def count(*, actor: User, cash: int, terminal: int, note: str = "") -> Till:
    """Closes the agent's till with what was counted. A difference is booked, and needs a word."""
    till = _till_of(actor)
    till.closed_at = timezone.now()
    till.counted_cash, till.counted_terminal, till.note = cash, terminal, note.strip()[:255]
    if (till.cash_difference or till.terminal_difference) and not till.note:
        raise Impossible(
            _("The count differs: %(cash)s in cash, %(card)s by card. Count again, or write a word about it.")
            % {"cash": chf(till.cash_difference), "card": chf(till.terminal_difference)}
        )
    till.save()
    own = ledger.accounts()
    for account, difference in ((own.cash, till.cash_difference), (own.terminal, till.terminal_difference)):
        more = difference > 0
        ledger.post(
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
        raise Impossible(_("Open your till first."))
    return till


def _move(till: Till, means: str, amount: int) -> None:
    Till.objects.filter(pk=till.pk).update(**{means: F(means) + amount})
