"""Demo provider. Behaves like a real one: it is polled and has a payment page of its own."""

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...models.demo_payments import DemoPayment
from ...models.payments import Payment, Refund
from ...providers import (
    CANCELLED,
    FAILED,
    PENDING,
    REFUND_DONE,
    REFUND_FAILED,
    SUCCEEDED,
    PaymentProvider,
    PaymentStatus,
    PayoutReport,
    RefundStatus,
)

State = DemoPayment.State
MOMENT = timedelta(seconds=10)  # delay of the choice "wait"
COMMISSION = 130  # in ten-thousandths


class DemoProvider(PaymentProvider):
    """A provider that takes no money. On its page the user chooses the outcome."""

    key = "demo"
    label = _("Test payment")
    hint = _("No money moves: you choose on the next page what happens.")

    def start(self, payment: Payment, return_url: str) -> PaymentStatus:
        asked = {"amount": payment.amount, "currency": payment.currency, "return_url": return_url}
        theirs, _new = DemoPayment.objects.get_or_create(key=payment.pk, defaults=asked)
        return _answer(theirs)

    def fetch_status(self, payment: Payment) -> PaymentStatus:
        theirs = DemoPayment.objects.filter(key=payment.pk).first()
        if theirs is None:
            return PaymentStatus(FAILED)
        if theirs.state == State.OPEN and theirs.pays_at and theirs.pays_at <= timezone.now():
            mark_paid(theirs)
        return _answer(theirs)

    def cancel(self, payment: Payment) -> PaymentStatus:
        answer = self.fetch_status(payment)
        if answer.state != PENDING:
            return answer
        DemoPayment.objects.filter(key=payment.pk, state=State.OPEN).update(state=State.CANCELLED)
        return self.fetch_status(payment)

    @transaction.atomic
    def refund(self, refund: Refund) -> RefundStatus:
        theirs = DemoPayment.objects.select_for_update().filter(key=refund.payment_id).first()
        if theirs is None or theirs.state != State.PAID:
            return RefundStatus(REFUND_FAILED, reason="There is no such payment.")
        others = sum(amount for key, amount in theirs.refunds.items() if key != str(refund.pk))
        if others + refund.amount > theirs.amount:
            return RefundStatus(REFUND_FAILED, reason="This is more than was paid.")
        theirs.refunds[str(refund.pk)] = refund.amount
        theirs.save(update_fields=["refunds"])
        return RefundStatus(REFUND_DONE, external_id=f"re_{refund.pk.hex}")

    def payouts(self, since: date) -> list[PayoutReport]:
        """Return the payouts since a date: payments of a day are paid out the next day, less 1.3 per cent."""
        today = timezone.localdate()
        for theirs in DemoPayment.objects.filter(state=State.PAID, payout=None):
            if (paid_on := timezone.localdate(theirs.paid_at)) < today:
                DemoPayment.objects.filter(pk=theirs.pk).update(payout=paid_on + timedelta(days=1))
        days = defaultdict(list)
        for theirs in DemoPayment.objects.filter(payout__gte=since).order_by("paid_at"):
            days[theirs.payout].append((f"demo_{theirs.pk.hex}", theirs.amount, theirs.currency))
        return [_report(day, items) for day, items in sorted(days.items())]


def mark_paid(theirs: DemoPayment) -> None:
    """Mark a demo payment as paid, unless it is already paid, declined or cancelled."""
    DemoPayment.objects.filter(pk=theirs.pk, state=State.OPEN).update(
        state=State.PAID, paid_at=timezone.now()
    )
    theirs.refresh_from_db()


def _answer(theirs: DemoPayment) -> PaymentStatus:
    number = f"demo_{theirs.pk.hex}"
    if theirs.state == State.PAID:
        return PaymentStatus(SUCCEEDED, number, amount=theirs.amount, currency=theirs.currency)
    if theirs.state == State.OPEN:
        return PaymentStatus(PENDING, number, url=reverse("payments:demo", args=[theirs.pk]))
    return PaymentStatus(FAILED if theirs.state == State.DECLINED else CANCELLED, number)


def _report(day: date, items: list[tuple[str, int, str]]) -> PayoutReport:
    gross = sum(amount for _number, amount, _currency in items)
    return PayoutReport(
        external_id=f"demo-{day:%Y%m%d}",
        arrived_on=day,
        gross=gross,
        commission=gross * COMMISSION // 10_000,
        currency=items[0][2],
        items=tuple((number, amount) for number, amount, _currency in items),
    )
