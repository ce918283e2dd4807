"""Forms for news by SMS: number, topics, code."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from home.web.public_forms import HoneypotForm
from newsletter.forms import TopicsMixin

from .phone_numbers import clean_mobile_number


class AlertsMixin(TopicsMixin):
    alerts = forms.BooleanField(label=_("Alerts in an emergency, at any hour"), required=False)

    def must_choose(self) -> bool:
        return not self.cleaned_data.get("alerts")


class PhoneForm(AlertsMixin, HoneypotForm):
    """The sign-up form. It needs no CSRF token: all it does is send a code to the number."""

    number = forms.CharField(
        label=_("Your mobile number"),
        max_length=30,
        error_messages={
            "required": _("Enter your mobile number."),
            "max_length": _("This is not a mobile number. Write it like this: 079 123 45 67."),
        },
    )

    field_order = ["number", "alerts", "topics"]

    def clean_number(self) -> str:
        return clean_mobile_number(self.cleaned_data["number"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of 6 digits"),
        max_length=20,
        error_messages={
            "required": _("Enter the code that we sent you."),
            "max_length": _("The code has 6 digits."),
        },
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class PhonePreferencesForm(AlertsMixin):
    language = forms.ChoiceField(
        label=_("Language of the messages"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose a language.")},
    )

    field_order = ["alerts", "topics", "language"]
