"""What every public form of a proposal has beside what is proposed."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from home.haste import is_hasty
from home.public_forms import OwnEmailField, TrappedForm


class SentForm(TrappedForm):
    """Who proposes, and what robots stumble over."""

    sender = OwnEmailField(
        help_text=_("We send a link there, by which you confirm. It is not shown on the site.")
    )
    opened = forms.CharField(required=False)

    def clean(self):
        data = super().clean()
        if not self.errors and is_hasty(data["opened"], settings.LEAST_SECONDS_TO_FILE):
            raise forms.ValidationError(_("That was quick. Read your answers, then press again."))
        return data
