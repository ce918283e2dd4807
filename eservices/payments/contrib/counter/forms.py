"""Forms for tills. The cleaned data are the arguments of an action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ...amounts import AmountFormField


def text_field(label, **options):
    return forms.CharField(label=label, max_length=255, **options)


class OpenTillForm(forms.Form):
    start = AmountFormField(label=_("Float, the change in the till"))


class CloseTillForm(forms.Form):
    cash = AmountFormField(label=_("Cash counted, float included"))
    terminal = AmountFormField(label=_("Total on the terminal’s slip"))
    note = text_field(_("Comment on a difference"), required=False)
