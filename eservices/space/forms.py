"""What people type to sign in, to answer, and about themselves."""

import phonenumbers
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].error_messages |= {
            "required": _("Type your e-mail address."),
            "invalid": _("This is not an e-mail address. It looks like name@example.ch."),
        }


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
            raise forms.ValidationError(_("This is not a telephone number. It looks like 079 123 45 67."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
