"""What people type to sign in, to answer, and about themselves."""

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

# Wrong passwords in so many seconds: of one account from one network, of all accounts from a network, and of one
# account from all networks. The last two do not hold where the person signed in lately, so that nobody locks out a
# town hall.
SPAN = 15 * 60


MAX_WRONG_PASSWORDS, MOST_WRONG_OF_NETWORK, MOST_WRONG_OF_ACCOUNT = 20, 100, 100


class SpaceForm(forms.Form):
    """A form whose fields look and speak as everywhere: hint and error tied to their field."""

    autocomplete: dict[str, str] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.setdefault("class", "in")
            if name in self.autocomplete:
                field.widget.attrs["autocomplete"] = self.autocomplete[name]


class SignInForm(SpaceForm, RequestLoginCodeForm):
    """An address is all it takes."""

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
    """One field for the code, not six boxes: it can be pasted, read aloud and corrected."""

    autocomplete = {"code": "one-time-code"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.help_text = _("You can paste it, with or without a space.")
        field.error_messages["required"] = _("Type the code from the e-mail.")
        field.widget.attrs |= {"class": "in code", "inputmode": "numeric", "maxlength": 12}

    def clean_code(self) -> str:
        """Copied from the letter it has a space that keeps it in one line, which allauth does not leave out."""
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        return super().clean_code()


class SecondFactorCodeForm(SpaceForm):
    """Six digits of the app, or a spare code where the telephone is not at hand."""

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
            raise ValidationError(_("That was too many tries. Try again in five minutes.")) from fault


class SecondFactorForm(SecondFactorCodeForm, AuthenticateForm):
    """The second factor, at signing in."""


class SecondFactorReauthenticationForm(SecondFactorCodeForm, ReauthenticateForm):
    """The second factor of who is signed in already."""


class SecondFactorSetupForm(SecondFactorCodeForm, ActivateTOTPForm):
    """The first code, by which the app shows that it took the key."""


@contextmanager
def reject_malformed_credential():
    """What a browser answers for a passkey comes from anybody. allauth trips over some, and calls others a code."""
    try:
        yield
    except ValidationError as fault:
        if fault.code != "incorrect_code":
            raise
        raise get_adapter().validation_error("no_passkey") from fault
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as fault:
        raise get_adapter().validation_error("no_passkey") from fault


class CredentialField(forms.JSONField):
    """Numbers of thousands of digits and lists in lists of lists are none either."""

    def to_python(self, value):
        with reject_malformed_credential():
            return super().to_python(value)


class NewPasskeyForm(SpaceForm, AddWebAuthnForm):
    """A device that the person signs in with from now on."""

    credential = CredentialField(widget=forms.HiddenInput)
    field_order = ["name", "credential"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the device")
        self.fields["name"].widget.attrs["maxlength"] = self.fields["name"].max_length = 80
        self.fields["name"].validators += [MaxLengthValidator(80), validate_no_control]
        del self.fields["passwordless"]  # always

    def clean(self):
        with reject_malformed_credential():
            return super().clean()


class PasskeyCredentialForm(forms.Form):
    """What the forms have in common in which a passkey is shown."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self):
        with reject_malformed_credential():
            return super().clean_credential()


class PasskeySignInForm(PasskeyCredentialForm, LoginWebAuthnForm):
    """Who comes in by a passkey alone."""


class PasskeyForm(PasskeyCredentialForm, AuthenticateWebAuthnForm):
    """A passkey as the second factor, at signing in."""


class PasskeyReauthenticationForm(PasskeyCredentialForm, ReauthenticateWebAuthnForm):
    """A passkey as the second factor of who is signed in already."""


class StaffSignInForm(LoginForm):
    """The admin's own sign-in, by password: who guesses has to wait, and may still sign in by code."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")

    def clean(self):
        email = stored_form(self.cleaned_data.get("username", ""))[:254]
        network = rate_limits.client_address(self.request)
        user = User.objects.filter(email=email).first()
        tries = {
            ("login-pair", f"{email} {network}"): MAX_WRONG_PASSWORDS,
            ("login-caller", network): MOST_WRONG_OF_NETWORK,
            ("login-account", email): MOST_WRONG_OF_ACCOUNT,
        }
        over = [kind for (kind, who), most in tries.items() if rate_limits.counter_value(kind, who) >= most]
        if over and ("login-pair" in over or not sign_in_record.is_known_network(user, network)):
            sign_in_record.record_lock_out(
                self.request,
                who=f"{email} {network}",
                user=user,
                email=email,
                method=SignIn.Method.PASSWORD,
            )
            raise ValidationError(_("That was too many tries. Wait a quarter of an hour."))
        try:
            return super().clean()
        except ValidationError:
            for kind, who in tries:
                rate_limits.increment_counter(kind, who, SPAN)
            raise
