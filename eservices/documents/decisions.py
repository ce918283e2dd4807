"""What an agent states when accepting a case that a document follows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eservices.cases import process
from eservices.cases.decisions import decisions

from .models import IdentityCheck


class IdentityForm(forms.Form):
    """How the agent made sure of who asks."""

    identity_check = forms.ChoiceField(
        label=_("How was identity checked?"), choices=IdentityCheck, widget=forms.RadioSelect
    )


@decisions.register("documents")
def identity(case):
    """Asked where a document is still to be issued."""
    return IdentityForm if any(row.type == "document" for row in process.ahead(case)) else None
