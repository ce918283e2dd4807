"""What may be asked: an address, a district, an hour."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.models import WasteDistrict
from home.validators import validate_no_control

from .models import WasteReminder


class ReminderForm(forms.Form):
    """On the page of the calendar, without token: its answer is a letter to the address and nothing else."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        validators=[validate_no_control],
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("This is not an e-mail address. Write it like this: name@example.ch."),
            "max_length": _("This address is too long."),
        },
    )
    zone = forms.ChoiceField(
        label=_("Your district"),
        required=False,
        error_messages={"invalid_choice": _("Choose a district from the list.")},
    )
    when = forms.ChoiceField(
        label=_("When"),
        choices=WasteReminder.When.choices,
        initial=WasteReminder.When.EVENING,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("Choose one of the two hours."),
            "required": _("Choose one of the two hours."),
        },
    )
    website = forms.CharField(required=False)  # a trap: people don't see it, robots fill it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.districts = WasteDistrict.in_language(get_language())
        self.fields["zone"].choices = [(one.slug, one.name) for one in self.districts]
        self.fields["zone"].required = bool(self.districts)
        self.fields["zone"].error_messages["required"] = _("Choose a district from the list.")

    def clean_zone(self):
        """The district's key in every language."""
        slug = self.cleaned_data["zone"]
        return next((one.translation_key for one in self.districts if one.slug == slug), None)

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data.get("website"))
