"""How signing in speaks: its letters go through the outbox like every other."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.messages import ERROR
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.actions import queue_email
from home.models import CommuneSettings


class CodeAccountAdapter(DefaultAccountAdapter):
    """One-time codes by e-mail, no password for residents."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This code does not fit. Take the one from the latest e-mail."),
        "too_many_login_attempts": _("That was too many tries. Wait a minute, then ask for a new code."),
        "rate_limited": _("That was too many tries. Wait a minute, then ask for a new code."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        with transaction.atomic():
            queue_email(
                to=email,
                template=template_prefix,
                context={
                    "code": context.get("code", ""),
                    "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
                },
                language=get_language() or settings.LANGUAGE_CODE,
                confidential=True,
            )

    def add_message(self, request, level, *args, **kwargs) -> None:
        """Only what went wrong: that a code was sent or that somebody is signed in, the page itself says."""
        if level == ERROR:
            super().add_message(request, level, *args, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """What makes up a second factor is shown and changed by who shows it again; who has none just sets one up."""
        return bool(self.get_reauthentication_methods(self.request.user))

    def get_reauthentication_methods(self, user) -> list[dict]:
        """The second factor of staff alone: a password is no proof here, few have one, and a resident has one factor.

        Who has the app types a code, who has passkeys only shows one; each page leads to the other.
        """
        if not user.is_authenticated or not user.works_here:
            return []
        kinds = set(user.authenticator_set.values_list("type", flat=True))
        ways = ["mfa_reauthenticate"] if kinds - {"webauthn"} else []
        ways += ["mfa_reauthenticate_webauthn"] if "webauthn" in kinds else []
        if "totp" not in kinds:
            ways.reverse()
        return [{"id": way, "description": "", "url": reverse(way)} for way in ways]


class SecondFactorAdapter(DefaultMFAAdapter):
    """How the second factor speaks."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code does not fit. Wait until the app shows the next one."),
        "no_passkey": _("This passkey does not fit. Try again, or take another way."),
    }

    def is_mfa_enabled(self, user, types=None) -> bool:
        """A resident's passkey is another way in, and nothing that is asked for beside the mailed code."""
        if types is not None and not (user.is_authenticated and user.works_here):
            types = [one for one in types if one != "webauthn"]
        return super().is_mfa_enabled(user, types)

    def generate_authenticator_name(self, user, type) -> str:
        return ""  # as the person calls the device

    def get_totp_issuer(self) -> str:
        """What stands above the digits in the app."""
        return CommuneSettings.load().name
