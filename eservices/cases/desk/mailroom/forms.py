"""Forms of the mailroom."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SelectedLettersForm(forms.Form):
    """The ticked letters. Letters that the agent may not see are not among the choices."""

    letters = forms.ModelMultipleChoiceField(None, error_messages={"required": _("Choose letters first.")})

    def __init__(self, data, *, letters):
        super().__init__(data)
        self.fields["letters"].queryset = letters


class LetterAddressForm(forms.Form):
    """The address in the window of the envelope, and the kind of mail."""

    lines = forms.CharField(
        label=_("Address, line by line"), max_length=400, widget=forms.Textarea(attrs={"rows": 5})
    )
    registered = forms.BooleanField(label=_("By registered mail"), required=False)

    def clean_lines(self) -> list[str]:
        return self.cleaned_data["lines"].replace("\0", "").splitlines()[:8]


class DeliveryProofForm(forms.Form):
    """The proof that a letter was delivered."""

    number = forms.CharField(label=_("Number of the registered letter"), max_length=40, required=False)
    delivered_on = forms.DateField(
        label=_("Delivered on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class GiveUpForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)
