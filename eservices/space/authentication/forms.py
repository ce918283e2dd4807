"""Forms to sign in and to manage second factors."""

from contextlib import contextmanager

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.fields import EmailAddressFormField
from eservices.accounts.models import SignIn, User
from home.validators import validate_no_control
from home.web import rate_limits

from . import sign_in_record

# Wrong passwords within this many seconds: of one account from one network, of all accounts from one network, and of
# one account from all networks. The last two do not apply in a network from which the user signed in lately, so that
# nobody can lock out a town hall.
SPAN = 15 * 60


MAX_WRONG_PASSWORDS, MOST_WRONG_OF_NETWORK, MOST_WRONG_OF_ACCOUNT = 20, 100, 100


class SpaceForm(forms.Form):
    """A form with the common look of fields: hint and error are tied to their field."""

    autocomplete: dict[str, str] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.setdefault("class", "in")
            if name in self.autocomplete:
                field.widget.attrs["autocomplete"] = self.autocomplete[name]


class SignInForm(SpaceForm, RequestLoginCodeForm):
    """The form that asks for the e-mail address."""

    autocomplete = {"email": "email"}

    email = EmailAddressFormField(
        label=_("Your e-mail address"),
        max_length=254,
        validators=[validate_no_control],
        error_messages={
            "required": _("Type your e-mail address."),
            "invalid": _("This is not an e-mail address. Write it like this: name@example.ch."),
        },
    )


class CodeForm(SpaceForm, ConfirmLoginCodeForm):
    """The form for the one-time code.

    It has one field, not six boxes, so that the code can be pasted, read aloud and corrected.
    """

    autocomplete = {"code": "one-time-code"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.help_text = _("You can paste it, with or without a space.")
        field.error_messages["required"] = _("Type the code from the e-mail.")
        field.widget.attrs |= {"class": "in code", "inputmode": "numeric", "maxlength": 12}

    def clean_code(self) -> str:
        """Remove spaces from the code.

        A code copied from the e-mail has a no-break space, which allauth does not remove.
        """
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        return super().clean_code()


class SecondFactorCodeForm(SpaceForm):
    """The code of the app: six digits, or a recovery code if the user does not have the telephone."""

    autocomplete = {"code": "one-time-code"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code of the app")
        field.error_messages["required"] = _("Type the six digits that the app shows.")
        field.widget.attrs |= {"class": "in code", "inputmode": "numeric", "maxlength": 20}

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as fault:
            if fault.code not in {"too_many_login_attempts", "rate_limited"}:
                raise
            raise ValidationError(_("There were too many attempts. Try again in five minutes.")) from fault


class SecondFactorForm(SecondFactorCodeForm, AuthenticateForm):
    """The second factor, at sign-in."""


class SecondFactorReauthenticationForm(SecondFactorCodeForm, ReauthenticateForm):
    """The second factor of a user who is already signed in."""


class SecondFactorSetupForm(SecondFactorCodeForm, ActivateTOTPForm):
    """The first code, which proves that the app stored the key."""


@contextmanager
def reject_malformed_credential():
    """Turn errors that a malformed passkey credential raises inside allauth into validation errors.

    Anybody can post a credential. allauth raises other exceptions on some of them, and reports others as a wrong
    code.
    """
    try:
        yield
    except ValidationError as fault:
        if fault.code != "incorrect_code":
            raise
        raise get_adapter().validation_error("no_passkey") from fault
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as fault:
        raise get_adapter().validation_error("no_passkey") from fault


class CredentialField(forms.JSONField):
    """A JSON field that also rejects numbers of thousands of digits and deeply nested lists."""

    def to_python(self, value):
        with reject_malformed_credential():
            return super().to_python(value)


class NewPasskeyForm(SpaceForm, AddWebAuthnForm):
    """A new passkey with which the user will sign in."""

    credential = CredentialField(widget=forms.HiddenInput)
    field_order = ["name", "credential"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the device")
        self.fields["name"].widget.attrs["maxlength"] = self.fields["name"].max_length = 80
        self.fields["name"].validators += [MaxLengthValidator(80), validate_no_control]
        del self.fields["passwordless"]  # always set

    def clean(self):
        with reject_malformed_credential():
            return super().clean()


class PasskeyCredentialForm(forms.Form):
    """The common part of the forms that take a passkey."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self):
        with reject_malformed_credential():
            return super().clean_credential()


class PasskeySignInForm(PasskeyCredentialForm, LoginWebAuthnForm):
    """Sign-in by passkey alone."""


class PasskeyForm(PasskeyCredentialForm, AuthenticateWebAuthnForm):
    """A passkey as the second factor, at sign-in."""


class PasskeyReauthenticationForm(PasskeyCredentialForm, ReauthenticateWebAuthnForm):
    """A passkey as the second factor of a user who is already signed in."""


class StaffSignInForm(LoginForm):
    """Wagtail's sign-in by password.

    After too many wrong passwords a user has to wait, and can still sign in by code.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")

    def clean(self):
        email = stored_form(self.cleaned_data.get("username", ""))[:254]
        network = rate_limits.client_address(self.request)
        user = User.objects.filter(email=email).first()
        pair = rate_limits.RateLimit("login-pair", MAX_WRONG_PASSWORDS, SPAN)
        tries = {
            pair: f"{email} {network}",
            rate_limits.RateLimit("login-caller", MOST_WRONG_OF_NETWORK, SPAN): network,
            rate_limits.RateLimit("login-account", MOST_WRONG_OF_ACCOUNT, SPAN): email,
        }
        over = [limit for limit, who in tries.items() if limit.is_reached(who)]
        if over and (pair in over or not sign_in_record.is_known_network(user, network)):
            sign_in_record.record_lock_out(
                self.request,
                who=f"{email} {network}",
                user=user,
                email=email,
                method=SignIn.Method.PASSWORD,
            )
            raise ValidationError(_("There were too many attempts. Wait a quarter of an hour."))
        try:
            return super().clean()
        except ValidationError:
            for limit, who in tries.items():
                limit.increment(who)
            raise
