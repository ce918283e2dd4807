"""What agents fill in about documents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import IdentityCheck, RevocationReason

STATED = [(one.value, one.label) for one in (IdentityCheck.SEEN, IdentityCheck.CARD, IdentityCheck.POSTED)]


class IdentityForm(forms.Form):
    """How the agent made sure of who asks."""

    identity_check = forms.ChoiceField(
        label=_("How was identity checked?"), choices=STATED, widget=forms.RadioSelect
    )


class RevokeForm(forms.Form):
    """Why a document is taken back; the applicant reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    public = forms.ChoiceField(
        label=_("What whoever verifies it reads"),
        choices=[("", _("no reason")), *RevocationReason.choices],
        required=False,
        widget=forms.RadioSelect,
    )
