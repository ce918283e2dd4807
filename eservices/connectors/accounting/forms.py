"""Forms of the screens of the accounting export."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACCEPTED, REFUSED = "accepted", "refused"
MAX_BYTES = 1024 * 1024


class AnswerForm(forms.Form):
    """The answer of the accounting to a file."""

    answer = forms.ChoiceField(
        label=_("Answer of the accounting"),
        choices=[
            (ACCEPTED, pgettext_lazy("accounting file", "accepted")),
            (REFUSED, pgettext_lazy("accounting file", "refused")),
        ],
        widget=forms.RadioSelect,
        initial=ACCEPTED,
    )
    reference = forms.CharField(label=_("Number in the accounting"), required=False, max_length=200)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200, help_text=_("Why it was refused.")
    )

    def clean(self):
        given = super().clean()
        if given.get("answer") == REFUSED and not given.get("reason"):
            raise ValidationError({"reason": _("Say why the accounting refused it.")})
        return given


class ReceiptFileForm(forms.Form):
    file = forms.FileField(label=_("Receipts of the accounting, CSV or XLSX"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is too large."))
        return file
