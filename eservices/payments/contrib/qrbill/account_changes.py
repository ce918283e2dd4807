"""Changes of the bank account of QR-bills: all administrators are notified, and they take effect a day later."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.access import administrators
from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email
from home.links.page_links import absolute_url

from ...actions.locking import PaymentActionRefused
from ...models import AccountChange, PaymentSettings

WAITS = timedelta(days=1)  # in which another administrator can cancel a change
LOGGED = "payments.account"


@transaction.atomic
def ask(*, actor: User, creditor: str, iban: str) -> AccountChange:
    """Request another account. Bills show the old one until the change takes effect."""
    own = PaymentSettings.objects.select_for_update().get(pk=PaymentSettings.load().pk)
    if AccountChange.objects.exclude(due_at=None).exists():
        raise PaymentActionRefused(_("Another change waits already: cancel it first."))
    if (own.creditor, own.creditor_iban) == (creditor, iban):
        raise PaymentActionRefused(_("This is the account of QR-bills already."))
    change = AccountChange.objects.create(
        creditor=creditor, iban=iban, before=own.creditor_iban, by=actor, due_at=timezone.now() + WAITS
    )
    _log_and_notify(change, "asked", actor)
    return change


@transaction.atomic
def cancel(*, actor: User, change: AccountChange) -> None:
    """Cancel a change that has not taken effect yet."""
    change = AccountChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.due_at is None:
        raise PaymentActionRefused(_("This change is in force or cancelled already."))
    change.due_at, change.cancelled_at, change.cancelled_by = None, timezone.now(), actor
    change.save(update_fields=["due_at", "cancelled_at", "cancelled_by"])
    _log_and_notify(change, "cancelled", actor)


@transaction.atomic
def put_in_force(*, change_id: int, now: datetime) -> None:
    """Apply a change when its waiting time is over. Do nothing if it was cancelled or applied before."""
    change = AccountChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    if change.due_at is None or change.due_at > now:
        return
    change.due_at, change.done_at = None, now
    change.save(update_fields=["due_at", "done_at"])
    own = PaymentSettings.load()
    PaymentSettings.objects.filter(pk=own.pk).update(creditor=change.creditor, creditor_iban=change.iban)
    _log_and_notify(change, "done", None)


def _log_and_notify(change: AccountChange, what: str, actor: User | None) -> None:
    account_data = {"from": change.before, "to": change.iban, "creditor": change.creditor}
    log(instance=PaymentSettings.load(), action=LOGGED, user=actor, data={"what": what, **account_data})
    for one in administrators().exclude(email="").order_by("pk"):
        queue_email(
            to=one.email,
            template="payments/emails/account",
            context={
                "change": change,
                "what": what,
                "actor": actor,
                "url": absolute_url(reverse("money:account")),
            },
            language=one.language or settings.LANGUAGE_CODE,
            subject=f"account:{change.pk}",
        )
