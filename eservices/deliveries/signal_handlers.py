"""Signal handlers that send e-mails about events of other apps and of the outbox."""

from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from eservices.accounts.roles import DUTIES
from eservices.accounts.signals import (
    account_erased,
    address_changed,
    passkeys_changed,
    password_changed,
    provider_changed,
    second_factor_changed,
    spare_codes_made,
    staff_let_in,
)
from home.links.page_links import absolute_url
from home.models import CommuneSettings
from home.signals import contact_erased, contact_received

from . import emails
from .actions import erase_emails_to, queue_email, withdraw_deliveries_about
from .signals import circuit_opened, delivery_late, delivery_stuck


@receiver(contact_received)
def email_contact_message(sender, page, submission, data, email, **kwargs):
    """Forward a message from the contact page to the commune's address; replies go to its author.

    If the commune has no address, the message is only in the admin.
    """
    commune = CommuneSettings.load()
    if commune.email:
        queue_email(
            to=commune.email,
            template="home/emails/contact",
            context={"heading": _("Message from the site"), "page": page, "answers": data},
            language=settings.LANGUAGE_CODE,
            subject=f"contact:{submission.pk}",
            reply_to=email,
        )


@receiver(contact_erased)
def erase_contact_deliveries(sender, submission, **kwargs):
    """Erase the e-mail that announced the message."""
    withdraw_deliveries_about(
        actor=None,
        subject=f"contact:{submission.pk}",
        reason=_("The message was erased at the sender’s request."),
    )


@receiver(account_erased)
def erase_emails_to_account(sender, user, **kwargs):
    """Erase e-mails to the addresses of an account, such as codes and links, before their month is over."""
    for address in {user.email, *user.emailaddress_set.values_list("email", flat=True)}:
        erase_emails_to(recipient=address)


@receiver(staff_let_in)
def email_new_staff_member(sender, user, **kwargs):
    """Welcome a new member of staff, with the URL of the admin, which cannot be guessed, and how to sign in."""
    groups = user.groups.order_by("pk").values_list("name", flat=True)
    queue_email(
        to=user.email,
        template="account/email/let_in",
        context={
            "duties": [DUTIES.get(name, name) for name in groups],
            "url": absolute_url(reverse("wagtailadmin_home")),
            "second_factor": settings.STAFF_SECOND_FACTOR,
        },
        language=user.language,
        subject=f"user:{user.pk}",
    )


@receiver(second_factor_changed)
def email_second_factor_changed(sender, user, held, **kwargs):
    """Notify the user of the change, in case somebody else made it."""
    _tell(user, "second_factor", held=held)


@receiver(spare_codes_made)
def email_new_recovery_codes(sender, user, **kwargs):
    """Notify the user: an intruder at an open session could keep access with these codes."""
    _tell(user, "spare_codes")


@receiver(passkeys_changed)
def email_passkeys_changed(sender, user, name, added, **kwargs):
    _tell(user, "passkeys", name=name, added=added, url=absolute_url(reverse("mfa_list_webauthn")))


@receiver(provider_changed)
def notify_of_changed_provider(sender, user, name, linked, **kwargs):
    """Notify the user: a person whom the provider knows under this address could read the account."""
    _tell(user, "provider", name=name, linked=linked, url=absolute_url(reverse("space:identity")))


@receiver(address_changed)
def notify_of_changed_address(sender, user, before, **kwargs):
    """Notify the user at the old address too, whose owner may not know of the change."""
    _tell(user, "address", before, before=before, after=user.email)


@receiver(password_changed)
def notify_of_changed_password(sender, user, **kwargs):
    _tell(user, "password")


def _tell(user, template: str, *more: str, **context) -> None:
    """Write to the account's address, to each other that is proven to be of its person, and to ``more``."""
    proven = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    for address in dict.fromkeys([user.email, *proven, *more]):
        queue_email(
            to=address,
            template=f"account/email/{template}",
            context=context,
            language=user.language,
            subject=f"user:{user.pk}",
        )


@receiver(circuit_opened)
def alert_circuit_opened(sender, carrier, fault, **kwargs):
    """Alert staff that a transport fails, within minutes."""
    emails.alert_unreachable(carrier, fault)


@receiver(delivery_late)
def alert_delivery_late(sender, delivery, fault, **kwargs):
    """Alert staff of a single late delivery, which opens no circuit."""
    emails.alert_late(delivery, fault)


@receiver(delivery_stuck)
def alert_delivery_stuck(sender, delivery, **kwargs):
    emails.alert_stuck(delivery.carrier)
