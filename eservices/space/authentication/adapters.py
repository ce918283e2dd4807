"""allauth adapters: e-mails go through the outbox, messages are reduced to errors."""

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
    """Sign-in by one-time codes sent by e-mail; residents have no password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This code is wrong. Use the code from the latest e-mail."),
        "too_many_login_attempts": _("There were too many attempts. Wait a minute, then ask for a new code."),
        "rate_limited": _("There were too many attempts. Wait a minute, then ask for a new code."),
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
        """Add a message only if it is an error.

        The page itself shows that a code was sent or that the user is signed in.
        """
        if level == ERROR:
            super().add_message(request, level, *args, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Require a second factor before second factors are shown or changed, if the user has one."""
        return bool(self.get_reauthentication_methods(self.request.user))

    def get_reauthentication_methods(self, user) -> list[dict]:
        """Return the second factors with which staff can authenticate again, the preferred one first.

        A password is no proof here, because few users have one. A resident has only one factor, so the list is
        empty for residents. A user with the app types a code; a user with passkeys only shows a passkey; each page
        links to the other.
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
    """Error messages and rules of the second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong. Wait until the app shows the next one."),
        "no_passkey": _("This passkey is not valid here. Try again, or choose another method."),
    }

    def is_mfa_enabled(self, user, types=None) -> bool:
        """Return whether the user must show a second factor at sign-in.

        A resident's passkey replaces the e-mailed code and is not asked for in addition to it.
        """
        if types is not None and not (user.is_authenticated and user.works_here):
            types = [one for one in types if one != "webauthn"]
        return super().is_mfa_enabled(user, types)

    def generate_authenticator_name(self, user, type) -> str:
        return ""  # the user types the name of the device

    def get_totp_issuer(self) -> str:
        """Return the name that the authenticator app shows above the digits."""
        return CommuneSettings.load().name
