"""Form of waste reminders: address, district, time."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.web.public_forms import HoneypotForm, OwnEmailField

from .districts import WasteDistrict
from .reminder_times import ReminderTime


class ReminderForm(HoneypotForm):
    """The form on the calendar's page. It needs no CSRF token: all it does is send an e-mail to the address."""

    email = OwnEmailField()
    zone = forms.ChoiceField(
        label=_("Your district"),
        required=False,
        error_messages={"invalid_choice": _("Choose a district from the list.")},
    )
    when = forms.ChoiceField(
        label=_("When"),
        choices=ReminderTime.choices,
        initial=ReminderTime.EVENING,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("Choose one of the two hours."),
            "required": _("Choose one of the two hours."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.districts = WasteDistrict.in_language(get_language())
        self.fields["zone"].choices = [(one.slug, one.name) for one in self.districts]
        self.fields["zone"].required = bool(self.districts)
        self.fields["zone"].error_messages["required"] = _("Choose a district from the list.")

    def clean_zone(self):
        """Return the translation key of the district; None without one."""
        slug = self.cleaned_data["zone"]
        return next((one.translation_key for one in self.districts if one.slug == slug), None)
