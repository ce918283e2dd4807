"""Form fields of all moderated texts."""

from django import forms
from django.utils.translation import gettext_lazy

from home.validators import validate_no_control

from ..spam_checks import ModeratedTextForm, validate_few_links
from .states import AuthorDisplay


class NamedAuthorForm(ModeratedTextForm):
    """A form that asks how the name is shown, and for the name if it is."""

    shown_as = forms.ChoiceField(
        label=gettext_lazy("Publication of your name"),
        choices=AuthorDisplay.choices,
        initial=AuthorDisplay.FIRST,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how your name is published.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Your first and last name"),
        max_length=80,
        validators=[validate_no_control, validate_few_links],
        error_messages={"required": gettext_lazy("Enter your name, or choose not to show it.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean(self):
        if self.cleaned_data.get("shown_as") == AuthorDisplay.NOBODY:
            self.errors.pop("name", None)
            self.cleaned_data["name"] = ""
        return super().clean()
