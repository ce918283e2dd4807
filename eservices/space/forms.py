"""Forms of the own space and of the status page."""

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from eservices.cases.forms import CallbackForm
from eservices.documents.models import DocumentLink
from eservices.submissions.message_attachments import MAX_FILES, AttachmentsField
from eservices.usage.models import MAX_TEXT_LENGTH as RATING_TEXT_LENGTH
from eservices.usage.models import RequestRating
from home.validators import validate_no_control
from home.web.public_forms import HoneypotForm, OwnEmailField

from .authentication.forms import SpaceForm

MAX_TEXT_LENGTH = 5000


class ProfileForm(SpaceForm):
    """The user's own data: name, telephone, language."""

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


class RatingForm(SpaceForm):
    """A form with the satisfaction of the applicant: a button."""

    rating = forms.TypedChoiceField(
        choices=RequestRating.Rating.choices, coerce=int, widget=forms.HiddenInput
    )


class RatingTextForm(RatingForm):
    """The same, with a sentence."""

    text = forms.CharField(
        label=_("What went well, and what could we do better?"),
        help_text=_("Do not enter names, addresses or numbers. We cannot answer you here."),
        required=False,
        max_length=RATING_TEXT_LENGTH,
        validators=[validate_no_control],
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RegisterLookupForm(SpaceForm):
    """Personal data by which the population register finds a person."""

    autocomplete = {"given_names": "given-name", "family_name": "family-name", "birth_date": "bday"}

    given_names = forms.CharField(label=_("First names"), max_length=150, validators=[validate_no_control])
    family_name = forms.CharField(label=_("Last name"), max_length=150, validators=[validate_no_control])
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class PostedCodeForm(SpaceForm):
    """The code of a posted letter."""

    autocomplete = {"code": "one-time-code"}

    code = forms.CharField(
        label=_("The code of the letter"),
        max_length=20,
        help_text=_("Eight digits, with or without a blank."),
        widget=forms.TextInput(attrs={"class": "in code", "inputmode": "numeric"}),
        error_messages={"required": _("Type the code of the letter.")},
    )


class CallBackForm(SpaceForm, CallbackForm):
    """An applicant's request for a call."""

    autocomplete = {"phone": "tel"}
    field_order = ["phone", "wish", "about"]


class JoinCodeForm(SpaceForm):
    """The reference and the code of the receipt that was handed over at the counter."""

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


class LostLinkForm(SpaceForm, HoneypotForm):
    """The address with which a request was sent, and its reference."""

    autocomplete = {"email": "email", "reference": "off"}
    field_order = ["email", "reference"]

    email = OwnEmailField()
    reference = forms.CharField(
        label=_("Reference"),
        max_length=24,
        required=False,
        validators=[validate_no_control],
        help_text=_(
            "Only if you know it. Otherwise you get the links of the newest requests with this address."
        ),
    )

    @property
    def cleaned_request(self) -> dict[str, str]:
        """The address, and the reference as cases have it."""
        data = self.cleaned_data
        return {"email": data["email"], "reference": data["reference"].strip().upper()}


class AnswerForm(SpaceForm):
    """An applicant's message on a case; a file alone is enough.

    ``asked``: whether a question is open.
    """

    text = forms.CharField(
        max_length=MAX_TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    files = AttachmentsField(label=_("Add a file"), required=False)

    def __init__(self, *args, asked: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your answer") if asked else _("Write to us")
        self.fields["text"].help_text = _("We answer within a working day or two.") if not asked else ""
        self.fields["files"].help_text = _(
            "PDF, picture or office document. You may choose several at once, at most %(limit)s."
        ) % {"limit": MAX_FILES}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["text"].strip() and not cleaned["files"]:
            self.add_error("text", _("Write a few words, or add a file."))
        return cleaned


class DocumentShareForm(SpaceForm):
    """The number of days for which a share link opens a document."""

    days = forms.TypedChoiceField(
        label=_("Duration of access"),
        choices=DocumentLink.Days,
        coerce=int,
        initial=DocumentLink.Days.MONTH,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].widget.attrs.pop("class")
