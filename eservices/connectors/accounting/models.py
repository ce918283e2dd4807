"""The layout of the accounting export, the exports, and which entries of the journal are in which."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField

from eservices.deliveries.models import Delivery
from eservices.payments.models import JournalRow

from .blocks import AccountBlock, ColumnBlock, RuleBlock, VatCodeBlock, refuse_columns_without_width
from .logic.layout import Column, Layout, Rule

DEFAULT_COLUMNS = (
    "number",
    "day",
    "debit",
    "credit",
    "amount",
    "currency",
    "vat_code",
    "cost_centre",
    "text",
)


def default_columns() -> list[dict]:
    return [
        {
            "type": "column",
            "value": {"source": source, "title": source, "align": "left", "shorten": source == "text"},
        }
        for source in DEFAULT_COLUMNS
    ]


@register_setting(icon="table")
class LedgerLayout(BaseGenericSetting):
    """The way in which the file for the commune's accounting is written, and when. It is one, as the journal is."""

    class Schedule(models.TextChoices):
        BY_HAND = "hand", _("by hand")
        DAILY = "daily", _("every day, one file")
        CLOSING = "closing", _("one file for each closed day")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        FIXED = "fixed", _("fixed width")

    class Encoding(models.TextChoices):
        UTF8 = "utf-8", "UTF-8"
        UTF8_MARK = "utf-8-sig", _("UTF-8 with a byte order mark")
        WINDOWS = "cp1252", "Windows-1252"
        LATIN = "iso-8859-1", "ISO-8859-1"

    class Separator(models.TextChoices):
        SEMICOLON = ";", _("semicolon")
        COMMA = ",", _("comma")
        TAB = "\t", _("tabulator")

    class DecimalMark(models.TextChoices):
        POINT = ".", "1234.50"
        COMMA = ",", "1234,50"
        NONE = "", "123450"

    class DateFormat(models.TextChoices):
        SWISS = "%d.%m.%Y", "25.11.2026"
        ISO = "%Y-%m-%d", "2026-11-25"
        PACKED = "%Y%m%d", "20261125"
        SHORT = "%d%m%y", "251126"

    schedule = models.CharField(_("When"), max_length=10, choices=Schedule, default=Schedule.BY_HAND)
    format = models.CharField(_("Format"), max_length=5, choices=Format, default=Format.CSV)
    encoding = models.CharField(_("Encoding"), max_length=10, choices=Encoding, default=Encoding.UTF8_MARK)
    separator = models.CharField(_("Separator"), max_length=1, choices=Separator, default=Separator.SEMICOLON)
    decimal_mark = models.CharField(
        _("Amounts"), max_length=1, choices=DecimalMark, default=DecimalMark.POINT, blank=True
    )
    date_format = models.CharField(_("Dates"), max_length=10, choices=DateFormat, default=DateFormat.SWISS)
    header = models.BooleanField(_("First line with titles"), default=True)
    two_lines = models.BooleanField(
        _("Two lines per entry"), default=False, help_text=_("One for the debit and one for the credit.")
    )
    columns = StreamField([("column", ColumnBlock())], verbose_name=_("Columns"), default=default_columns)
    rules = StreamField([("rule", RuleBlock())], verbose_name=_("Rules"), blank=True, default=list)
    accounts = StreamField(
        [("account", AccountBlock())], verbose_name=_("Accounts"), blank=True, default=list
    )
    vat_codes = StreamField([("code", VatCodeBlock())], verbose_name=_("VAT codes"), blank=True, default=list)
    fault = models.TextField(editable=False, blank=True, default="")

    panels = [
        HelpPanel(_("Accounting export shows the file that this layout gives before anything is exported.")),
        MultiFieldPanel(
            [
                FieldPanel("schedule"),
                FieldRowPanel([FieldPanel("format"), FieldPanel("encoding"), FieldPanel("separator")]),
                FieldRowPanel([FieldPanel("decimal_mark"), FieldPanel("date_format")]),
                FieldPanel("header"),
                FieldPanel("two_lines"),
            ],
            _("File"),
        ),
        FieldPanel("columns"),
        FieldPanel("rules"),
        FieldPanel("accounts"),
        FieldPanel("vat_codes"),
    ]

    class Meta:
        verbose_name = _("Layout of the accounting export")

    def __str__(self) -> str:
        return str(_("Layout of the accounting export"))

    def clean(self):
        super().clean()
        if not len(self.columns):
            raise ValidationError({"columns": _("Add at least one column.")})
        if self.format == self.Format.FIXED:
            refuse_columns_without_width(self.columns)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the layout. What an earlier one could not write is tried again."""
        self.fault = ""
        super().save(*args, **kwargs)

    def layout(self) -> Layout:
        """Return the layout as the pure rules read it."""
        return Layout(
            columns=tuple(_column(block.value) for block in self.columns),
            rules=tuple(_rule(block.value) for block in self.rules),
            accounts={block.value["ours"]: block.value["theirs"] for block in self.accounts},
            vat_codes={block.value["rate"]: block.value["code"] for block in self.vat_codes},
            fixed_width=self.format == self.Format.FIXED,
            two_lines=self.two_lines,
            separator=self.separator,
            encoding=self.encoding,
            decimal_mark=self.decimal_mark,
            date_format=self.date_format,
            header=self.header,
        )


def _column(value) -> Column:
    return Column(
        source=value["source"],
        title=value.get("title") or "",
        fixed=value.get("fixed") or "",
        width=value.get("width") or 0,
        right=value.get("align") == "right",
        zeros=value.get("align") == "zeros",
        shorten=bool(value.get("shorten")),
    )


def _rule(value) -> Rule:
    return Rule(**{name: value.get(name) or "" for name in Rule.__dataclass_fields__})


class LedgerExport(models.Model):
    """A file for the accounting with entries of the journal, and what the accounting said of it."""

    class State(models.TextChoices):
        WRITTEN = "written", _("written, not confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")

    number = models.PositiveIntegerField(_("number"), unique=True)
    version = models.PositiveSmallIntegerField(
        _("version"), default=1, help_text=_("A refused file is written anew with the same entries.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WRITTEN)
    made_at = models.DateTimeField(_("created"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    rows = models.PositiveIntegerField(_("entries"))
    sums = models.JSONField(_("sum"), default=dict, help_text="Amounts in minor units by currency.")
    content = models.TextField(_("content"))
    encoding = models.CharField(max_length=10, choices=LedgerLayout.Encoding)
    extension = models.CharField(max_length=3, choices=[("csv", "CSV"), ("txt", "TXT")])
    digest = models.CharField(_("SHA-256"), max_length=64)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reference = models.CharField(_("number in the accounting"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("accounting export")
        verbose_name_plural = _("accounting exports")
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """The name of the file. Another version has another one, so that nobody takes it for the first."""
        suffix = f"-{self.version}" if self.version > 1 else ""
        return f"journal-{self.number:05}{suffix}.{self.extension}"

    @property
    def is_confirmed(self) -> bool:
        return self.state == self.State.CONFIRMED

    def file_content(self) -> bytes:
        return self.content.encode(self.encoding)


class ExportedRow(models.Model):
    """An entry in an export. The database lets no entry be in two."""

    row = models.OneToOneField(JournalRow, on_delete=models.PROTECT, related_name="exported")
    export = models.ForeignKey(LedgerExport, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        verbose_name = _("exported entry")
        verbose_name_plural = _("exported entries")

    def __str__(self) -> str:
        return f"{self.export} {self.row_id}"
