"""Settings of payments: ledger accounts, and the bank account of QR-bills."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from .fee_schedule import ACCOUNT

NO_QR_IBAN = _("This is not a QR-IBAN. Its bank number must be between 30000 and 31999.")


def _account(label, number: str):
    return models.CharField(label, max_length=20, default=number, validators=[ACCOUNT])


@register_setting(icon="tag")
class PaymentSettings(BaseGenericSetting):
    """Ledger accounts and receipts. Defaults follow the harmonised accounting model of Swiss communes (HRM2)."""

    cash = _account(_("Cash in the tills"), "1000.00")
    terminal = _account(_("Card terminal at the counter"), "1010.10")
    online = _account(_("Paid online, on its way to the bank"), "1010.20")
    bank = _account(_("Bank"), "1002.00")
    aside = _account(_("Money to be settled"), "2006.00")
    commission = _account(_("Commission of providers"), "3130.10")
    differences = _account(_("Differences of tills"), "3439.00")
    fees = _account(_("Fees that name no account"), "4210.00")
    creditor = models.CharField(
        _("Account holder"), max_length=70, blank=True, help_text=_("Name as the bank knows it.")
    )
    creditor_iban = models.CharField(
        _("QR-IBAN"), max_length=34, blank=True, help_text=_("The account for QR-bills with a reference.")
    )
    receipt_prefix = models.CharField(_("Letters before receipt numbers"), max_length=5, default="Q")

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("cash"), FieldPanel("terminal")]),
                FieldRowPanel([FieldPanel("online"), FieldPanel("bank")]),
                FieldRowPanel([FieldPanel("aside"), FieldPanel("fees")]),
                FieldRowPanel([FieldPanel("commission"), FieldPanel("differences")]),
            ],
            _("Ledger accounts"),
        ),
        HelpPanel(
            _(
                "Administrators change the account for QR-bills under Payments › Account for QR-bills. "
                "A change is in force a day later."
            )
        ),
        FieldPanel("receipt_prefix"),
    ]

    class Meta:
        verbose_name = _("Payments")

    def __str__(self) -> str:
        return str(_("Payments"))

    def clean(self):
        super().clean()
        self.creditor_iban = self.creditor_iban.replace(" ", "").upper()
        if self.creditor_iban and not is_qr_iban(self.creditor_iban):
            raise ValidationError({"creditor_iban": NO_QR_IBAN})


def is_qr_iban(number: str) -> bool:
    """Return whether the number is a QR-IBAN, whose payments have a QR reference (Swiss Payment Standards)."""
    return iban.is_valid(number) and number[:2] in ("CH", "LI") and "30000" <= number[4:9] <= "31999"
