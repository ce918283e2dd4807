"""Forms of agents for bookings. Cleaned data are the arguments of an action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eservices.payments.amounts import AmountFormField
from eservices.submissions.message_attachments import AttachmentsField
from home.localization.number_format import format_amount
from home.validators import validate_no_control


class EmptyForm(forms.Form):
    """A form without fields, for actions that need no data."""


class CancelForm(forms.Form):
    """Cancellation by staff: whether the cancellation terms apply. Asked only if the booking costs something."""

    by_terms = forms.BooleanField(
        label=_(
            "The person who booked asked for it: the refund follows the terms and may be less than everything"
        ),
        required=False,
    )

    def __init__(self, *args, costs: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        if not costs:
            del self.fields["by_terms"]


class HandoverForm(forms.Form):
    """Condition at the handover, with photos."""

    text = forms.CharField(
        label=_("Condition, keys, meter readings"),
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        validators=[validate_no_control],
    )
    photos = AttachmentsField(label=_("Photos"), required=False)


class ReturnForm(HandoverForm):
    """Condition at the return; ``kept`` of the deposit, if there is one."""

    kept = AmountFormField(label=_("Retained from the deposit"), required=False)

    def __init__(self, *args, deposit: int = 0, **kwargs):
        super().__init__(*args, **kwargs)
        self.deposit = deposit
        if deposit:
            hint = _("The deposit is %(amount)s. The amount that is not retained is paid back.") % {
                "amount": format_amount(deposit)
            }
            self.fields["kept"].help_text = hint
        else:
            del self.fields["kept"]

    def clean_kept(self) -> int:
        kept = self.cleaned_data["kept"] or 0
        if kept > self.deposit:
            raise forms.ValidationError(_("This is more than the deposit."))
        return kept
