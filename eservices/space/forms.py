"""What people type to sign in, to answer, and about themselves."""

from contextlib import contextmanager

import phonenumbers
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
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.fields import EmailAddressFormField
from eservices.accounts.models import SignIn, User
from eservices.cases.forms import CallForm
from eservices.documents.models import DocumentLink
from eservices.submissions import uploads
from eservices.submissions.attaching import MOST_FILES, FilesField
from home import limits
from home.validators import validate_no_control

from . import sign_in_record

# Wrong passwords in so many seconds: of one account from one network, of all accounts from a network, and of one
# account from all networks. The last two do not hold where the person signed in lately, so that nobody locks out a
# town hall.
SPAN = 15 * 60
MOST_WRONG, MOST_WRONG_OF_NETWORK, MOST_WRONG_OF_ACCOUNT = 20, 100, 100
LONGEST_TEXT = 5000


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


class FactorField(SpaceForm):
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


class FactorForm(FactorField, AuthenticateForm):
    """The second factor, at signing in."""


class FactorAgainForm(FactorField, ReauthenticateForm):
    """The second factor of who is signed in already."""


class NewFactorForm(FactorField, ActivateTOTPForm):
    """The first code, by which the app shows that it took the key."""


@contextmanager
def nonsense_refused():
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
        with nonsense_refused():
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
        with nonsense_refused():
            return super().clean()


class ShownPasskey(forms.Form):
    """What the forms have in common in which a passkey is shown."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self):
        with nonsense_refused():
            return super().clean_credential()


class PasskeySignInForm(ShownPasskey, LoginWebAuthnForm):
    """Who comes in by a passkey alone."""


class PasskeyForm(ShownPasskey, AuthenticateWebAuthnForm):
    """A passkey as the second factor, at signing in."""


class PasskeyAgainForm(ShownPasskey, ReauthenticateWebAuthnForm):
    """A passkey as the second factor of who is signed in already."""


class StaffSignInForm(LoginForm):
    """The admin's own sign-in, by password: who guesses has to wait, and may still sign in by code."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")

    def clean(self):
        email = stored_form(self.cleaned_data.get("username", ""))[:254]
        network = limits.caller(self.request)
        user = User.objects.filter(email=email).first()
        tries = {
            ("login-pair", f"{email} {network}"): MOST_WRONG,
            ("login-caller", network): MOST_WRONG_OF_NETWORK,
            ("login-account", email): MOST_WRONG_OF_ACCOUNT,
        }
        over = [kind for (kind, who), most in tries.items() if limits.counted(kind, who) >= most]
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
                limits.count(kind, who, SPAN)
            raise


class ProfileForm(SpaceForm):
    """What a person says about herself."""

    autocomplete = {"first_name": "given-name", "last_name": "family-name", "phone": "tel"}

    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=32,
        required=False,
        help_text=_("We call only about your requests."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("We write to you in this language.")
    )

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"].strip()
        if not typed:
            return ""
        try:
            number = phonenumbers.parse(typed, settings.COUNTRY)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(
                _("This is not a telephone number. Write it like this: 079 123 45 67.")
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class WhoForm(SpaceForm):
    """Who somebody is, to be found in the register by it."""

    autocomplete = {"given_names": "given-name", "family_name": "family-name", "birth_date": "bday"}

    given_names = forms.CharField(label=_("First names"), max_length=150, validators=[validate_no_control])
    family_name = forms.CharField(label=_("Last name"), max_length=150, validators=[validate_no_control])
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class PostedCodeForm(SpaceForm):
    """The digits of a letter."""

    autocomplete = {"code": "one-time-code"}

    code = forms.CharField(
        label=_("The code of the letter"),
        max_length=20,
        help_text=_("Eight digits, with or without a blank."),
        widget=forms.TextInput(attrs={"class": "in code", "inputmode": "numeric"}),
        error_messages={"required": _("Type the code of the letter.")},
    )


class CallBackForm(SpaceForm, CallForm):
    """An applicant asks to be called."""

    autocomplete = {"phone": "tel"}
    field_order = ["phone", "wish", "about"]


class JoinForm(SpaceForm):
    """What stands on the receipt that was handed over at the counter."""

    autocomplete = {"reference": "off", "code": "one-time-code"}

    reference = forms.CharField(
        label=_("Reference"),
        max_length=24,
        validators=[validate_no_control],
        error_messages={"required": _("Type the reference, such as ORV-26-00412.")},
    )
    code = forms.CharField(
        label=_("Joining code"),
        max_length=30,
        validators=[validate_no_control],
        help_text=_("Twelve signs, printed on the receipt."),
        error_messages={"required": _("Type the code from the receipt.")},
    )


class AnswerForm(SpaceForm):
    """What an applicant writes on a case; a file alone is an answer too. ``asked``: whether a question is open."""

    text = forms.CharField(max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    files = FilesField(label=_("Add a file"), required=False)

    def __init__(self, *args, asked: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your answer") if asked else _("Write to us")
        self.fields["text"].help_text = _("We answer within a working day or two.") if not asked else ""
        self.fields["files"].help_text = _(
            "PDF, picture or office document. You may choose several at once, at most %(limit)s."
        ) % {"limit": MOST_FILES}
        self.fields["files"].widget.attrs |= {
            "multiple": True,
            "accept": ",".join(f".{one}" for one in uploads.accepted()),
        }

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["text"].strip() and not cleaned["files"]:
            self.add_error("text", _("Write a few words, or add a file."))
        return cleaned


class ShareForm(SpaceForm):
    """How long a link to a document opens it."""

    days = forms.TypedChoiceField(
        label=_("How long?"),
        choices=DocumentLink.Days,
        coerce=int,
        initial=DocumentLink.Days.MONTH,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].widget.attrs.pop("class")
