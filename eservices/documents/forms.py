"""Forms of agents about documents."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .actions.reissuing import NEW, NONE
from .models import IdentityCheck, RevocationReason

STATED = [(one.value, one.label) for one in (IdentityCheck.SEEN, IdentityCheck.CARD, IdentityCheck.POSTED)]


class IdentityForm(forms.Form):
    """Form to state how the agent verified the applicant's identity."""

    identity_check = forms.ChoiceField(
        label=_("Method of checking the identity"), choices=STATED, widget=forms.RadioSelect
    )


class ReissueForm(forms.Form):
    """Form to state whether a new document replaces each revoked one: ``numbers`` are theirs."""

    again = forms.ChoiceField(
        choices=[
            (NEW, _("A new document is issued and refers to the number of the revoked one")),
            (NONE, _("No new document is needed")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, numbers: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        asked = ngettext(
            "The document %(numbers)s of this case is revoked. Choose whether to issue a new one.",
            "The documents %(numbers)s of this case are revoked. Choose for each whether to issue a new one.",
            len(numbers),
        )
        self.fields["again"].label = asked % {"numbers": ", ".join(numbers)}


class RevokeForm(forms.Form):
    """Form for the reason of a revocation, which the applicant reads, and whether a new document follows."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    public = forms.ChoiceField(
        label=_("Shown to people who verify the document"),
        choices=[("", _("no reason")), *RevocationReason.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    again = forms.ChoiceField(
        label=_("Choose whether to issue a new document"),
        choices=[
            (NEW, _("Issue a new one immediately, with the current data of the case")),
            (NONE, _("Not now: you can issue it again later from the case")),
        ],
        widget=forms.RadioSelect,
    )
