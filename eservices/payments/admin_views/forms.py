"""Forms of staff about money. The cleaned data are the arguments of an action."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..amounts import AmountFormField
from ..contrib.counter.actions import PaymentMeans
from ..contrib.counter.forms import text_field
from ..models.fee_schedule import ACCOUNT
from ..models.settings import NO_QR_IBAN, is_qr_iban


class TakeForm(forms.Form):
    means = forms.ChoiceField(
        label=_("Taken"), choices=PaymentMeans.choices, initial=PaymentMeans.CASH, widget=forms.RadioSelect
    )


class ExtendForm(forms.Form):
    until = forms.DateField(label=_("New last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_until(self) -> datetime:
        """Return the end of that day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))


class WaiveForm(forms.Form):
    reason = text_field(_("Reason why no payment is needed"))


class RefundForm(forms.Form):
    amount = AmountFormField(label=_("Amount"))
    reason = text_field(_("Reason, which the applicant reads"))


class EmptyForm(forms.Form):
    """A form without fields, for actions that need no input."""


class BookToAccountForm(forms.Form):
    account = forms.CharField(label=_("Ledger account"), max_length=20, validators=[ACCOUNT])
    note = text_field(_("Reason"))


class RefundUnallocatedForm(forms.Form):
    reason = text_field(_("Reason, which the applicant reads"))


class AccountForm(forms.Form):
    creditor = forms.CharField(
        label=_("Account holder"), max_length=70, help_text=_("Name as the bank knows it.")
    )
    iban = forms.CharField(
        label=_("QR-IBAN"), max_length=34, help_text=_("The account for QR-bills with a reference.")
    )

    def clean_iban(self) -> str:
        number = self.cleaned_data["iban"].replace(" ", "").upper()
        if not is_qr_iban(number):
            raise forms.ValidationError(NO_QR_IBAN)
        return number


class BankFileForm(forms.Form):
    file = forms.FileField(label=_("camt.054 file"), max_length=255)
