"""The fee schedule: one list of prices with their dates, for all forms."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel

from eservices.formbuilder.models import Form, FormVersion
from home.localization.number_format import format_amount

from ..amounts import AmountField

ACCOUNT = RegexValidator(r"^[0-9A-Za-z.\-]*\Z", _("Digits, letters, points and dashes."))


class FeeScheduleEntry(ClusterableModel):
    """A fee. Services refer to it by key; their forms have their own label for it."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(
        _("unit"), max_length=40, blank=True, help_text=_("For example: per copy, per month.")
    )
    regulation = models.CharField(
        _("legal basis"), max_length=255, blank=True, help_text=_("The article that sets the fee.")
    )
    account = models.CharField(_("ledger account"), max_length=20, validators=[ACCOUNT])
    cost_centre = models.CharField(_("cost centre"), max_length=20, blank=True, validators=[ACCOUNT])

    panels = [
        FieldPanel("name"),
        FieldPanel("key", help_text=_("Services name the entry by this key: do not change it.")),
        FieldRowPanel([FieldPanel("unit"), FieldPanel("regulation")]),
        FieldRowPanel([FieldPanel("account"), FieldPanel("cost_centre")]),
        InlinePanel("prices", heading=_("Prices"), label=_("Price"), min_num=1),
    ]

    class Meta:
        verbose_name = _("entry of the fee schedule")
        verbose_name_plural = _("fee schedule")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def price_on(self, day: date) -> "FeePrice | None":
        """Return the price valid on ``day``; None before the first price."""
        return max(
            (price for price in self.prices.all() if price.valid_from <= day),
            key=lambda price: price.valid_from,
            default=None,
        )

    def clean(self):
        super().clean()
        before = FeeScheduleEntry.objects.filter(pk=self.pk).first()
        if before and before.key != self.key and before.used_by:
            raise ValidationError({"key": _("Services in force name the entry by this key: keep it.")})

    @property
    def price_now(self) -> str:
        """The price today, formatted; "" if there is none."""
        price = self.price_on(timezone.localdate())
        return format_amount(price.amount) if price else ""

    @property
    def used_by(self) -> list[Form]:
        """The active forms that use the entry."""
        forms = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED).distinct()
        return [form for form in forms if any(fee.entry == self.key for fee in form.current.definition.fees)]


class FeePrice(models.Model):
    """The price of an entry from a date until the next price. VAT is included."""

    entry = ParentalKey(FeeScheduleEntry, on_delete=models.CASCADE, related_name="prices")
    valid_from = models.DateField(_("valid from"))
    amount = AmountField(_("amount"))
    vat = models.CharField(
        _("VAT included, in per cent"),
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"^\d{1,2}(\.\d{1,2})?\Z", _("Write the rate as 8.1."))],
        help_text=_("For example 8.1. Empty for a sovereign fee, outside VAT."),
    )

    panels = [FieldRowPanel([FieldPanel("valid_from"), FieldPanel("amount"), FieldPanel("vat")])]

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["valid_from"]
        constraints = [models.UniqueConstraint(fields=["entry", "valid_from"], name="one_price_per_day")]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d} {self.amount / 100:.2f}"

    def clean(self):
        super().clean()
        if self.vat and not self.vat.strip("0."):
            raise ValidationError({"vat": _("Leave it empty where the fee is outside VAT.")})
