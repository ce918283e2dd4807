"""Form of page feedback: yes or no, and afterwards one sentence."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from home.web.public_forms import HoneypotForm

from .models import MAX_TEXT_LENGTH

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ANSWERS = {"yes": True, "no": False}


class FeedbackForm(HoneypotForm):
    page = forms.IntegerField(min_value=1)
    useful = forms.ChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))],
        error_messages={"required": _("Answer yes or no."), "invalid_choice": _("Answer yes or no.")},
    )
    text = forms.CharField(
        label=_("Missing or helpful information"),
        help_text=_("Do not enter names, addresses or numbers. We cannot answer you here."),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_useful(self) -> bool:
        return ANSWERS[self.cleaned_data["useful"]]

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if ADDRESS.search(text):
            raise forms.ValidationError(_("Remove the e-mail address. We cannot answer you here."))
        return text
