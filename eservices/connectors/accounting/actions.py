"""Every write of the accounting export. An entry is exported once; the database refuses a second time."""

import hashlib
from collections import Counter
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User
from eservices.cases import number_series
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery
from eservices.payments.models import DayClosing, JournalRow
from home.exceptions import ActionRefused
from home.formats.spreadsheets import SpreadsheetError, read_rows

from .journal_entries import entries_of
from .logic.layout import LayoutFault, write_file
from .logic.receipts import AccountingReceipt, UnreadableReceipt, read_receipts
from .models import ExportedRow, LedgerExport, LedgerLayout

CARRIER = "accounting"
SERIES = "accounting_export"
LOGGED = "accounting.export"
MAX_ROWS = 50_000  # entries in one file; the next has the rest
State = LedgerExport.State


class ExportRefused(ActionRefused):
    """An export, or the answer to one, is not possible now."""


def waiting_rows() -> QuerySet[JournalRow]:
    """Return the entries of closed days that are in no export. Those of an open day may still be joined by others."""
    last = DayClosing.objects.order_by("-day").values_list("day", flat=True).first()
    rows = JournalRow.objects.filter(exported=None)
    return rows.filter(day__lte=last).order_by("number") if last else rows.none()


@transaction.atomic
def export_rows(*, actor: User | None, day: date | None = None) -> LedgerExport:
    """Write the waiting entries, or those of a day, into a file, and send it if there is a place.

    Raise ExportRefused if none waits, or if the layout cannot write one of them: then all of them wait on.
    """
    number_series.lock_series(SERIES)
    waiting = waiting_rows()
    rows = list((waiting.filter(day=day) if day else waiting).values_list("pk", flat=True)[:MAX_ROWS])
    export = LedgerExport(number=number_series.draw_number(SERIES), made_by=actor)
    _write(export, rows)
    ExportedRow.objects.bulk_create((ExportedRow(row_id=row, export=export) for row in rows), batch_size=1000)
    LedgerLayout.objects.exclude(fault="").update(fault="")
    _log(export, actor, "exported")
    return export


@transaction.atomic
def write_again(*, actor: User, export: LedgerExport) -> LedgerExport:
    """Write the entries of an export that is not confirmed by the layout of now, as another version of its file."""
    export = _lock(export)
    if export.is_confirmed:
        raise ExportRefused(_("The accounting has this file already."))
    export.version += 1
    export.state, export.reason, export.reference = State.WRITTEN, "", ""
    export.answered_at = export.answered_by = None
    _write(export, list(export.entries.order_by("row__number").values_list("row", flat=True)))
    _log(export, actor, "written_again")
    return export


@transaction.atomic
def answer_export(
    *, actor: User | None, export: LedgerExport, accepted: bool, reference: str = "", reason: str = ""
) -> None:
    """Record what the accounting said of a file. A confirmed one stays confirmed."""
    export = _lock(export)
    if export.is_confirmed:
        if accepted and reference in ("", export.reference):
            return
        raise ExportRefused(_("%(file)s is confirmed already.") % {"file": export.file_name})
    if not accepted and not reason:
        raise ExportRefused(_("Say why the accounting refused it."))
    export.state = State.CONFIRMED if accepted else State.REFUSED
    export.reference, export.reason = reference[:200], "" if accepted else reason[:200]
    export.answered_at, export.answered_by = timezone.now(), actor
    export.save(update_fields=["state", "reference", "reason", "answered_at", "answered_by"])
    _log(export, actor, "confirmed" if accepted else "refused")


def read_receipt_file(*, actor: User, name: str, content: bytes) -> int:
    """Record the receipts of a file, all or none of them. Return how many. Raise ExportRefused with what is wrong."""
    try:
        receipts = read_receipts(read_rows(name, content))
    except SpreadsheetError as fault:
        raise ExportRefused(" ".join(map(str, fault.reasons))) from None
    except UnreadableReceipt as fault:
        raise ExportRefused(_("Line %(line)s is no receipt.") % {"line": fault.line}) from None
    if not receipts:
        raise ExportRefused(_("The file has no receipt."))
    known = {export.file_name: export for export in LedgerExport.objects.defer("content")}
    with transaction.atomic():
        for receipt in receipts:
            _record(actor, known.get(receipt.file_name), receipt)
    return len(receipts)


def _record(actor: User, export: LedgerExport | None, receipt: AccountingReceipt) -> None:
    if export is None:
        raise ExportRefused(_("There is no export %(file)s.") % {"file": receipt.file_name})
    answer_export(
        actor=actor,
        export=export,
        accepted=receipt.accepted,
        reference=receipt.reference,
        reason=receipt.reason or _("refused without a reason"),
    )


def preview_file(rows: int) -> str:
    """Return the first waiting entries as the layout of now writes them. Raise ExportRefused as an export would."""
    own = LedgerLayout.load()
    try:
        content = write_file(
            entries_of(list(waiting_rows().values_list("pk", flat=True)[:rows])), own.layout()
        )
    except LayoutFault as fault:
        raise ExportRefused(describe_fault(fault)) from None
    return content.decode(own.encoding)


def run_schedule(*, now: datetime) -> None:
    """Export what the schedule of the layout wants now, and keep why it is not possible for the accountant."""
    own = LedgerLayout.load()
    if own.schedule == LedgerLayout.Schedule.BY_HAND or own.fault:
        return  # what the layout could not write waits for another layout
    days: list[date | None] = [None]
    if own.schedule == LedgerLayout.Schedule.CLOSING:
        days = list(waiting_rows().order_by("day").values_list("day", flat=True).distinct())
    fault = ""
    for day in days:
        if waiting_rows().exists() and not fault:
            fault = _fault_of(day)
    if fault:
        LedgerLayout.objects.filter(pk=own.pk).update(fault=fault)


def _fault_of(day: date | None) -> str:
    try:
        export_rows(actor=None, day=day)
    except ExportRefused as refusal:
        return str(refusal)
    return ""


def _write(export: LedgerExport, rows: list[int]) -> None:
    """Write the file of an export and put it into the outbox, if the operator set a place."""
    own, entries = LedgerLayout.load(), entries_of(rows)
    if not entries:
        raise ExportRefused(_("No entry of a closed day waits for its export."))
    try:
        content = write_file(entries, own.layout())
    except LayoutFault as fault:
        raise ExportRefused(describe_fault(fault)) from None
    sums = Counter[str]()
    for entry in entries:
        sums[entry.currency] += entry.amount
    export.first_day, export.last_day = min(e.day for e in entries), max(e.day for e in entries)
    export.rows, export.sums, export.made_at = len(entries), dict(sums), timezone.now()
    export.content, export.encoding = content.decode(own.encoding), own.encoding
    export.extension = "csv" if own.format == LedgerLayout.Format.CSV else "txt"
    export.digest = hashlib.sha256(content).hexdigest()
    export.delivery = _queue(export) if settings.ACCOUNTING_URL else None
    export.save()


def _queue(export: LedgerExport) -> Delivery:
    return deliveries.queue_delivery(
        carrier=CARRIER,
        recipient=export.file_name,
        title=export.file_name,
        payload={"number": export.number, "version": export.version},
    )


def describe_fault(fault: LayoutFault) -> str:
    """Return in words for the accountant what cannot be written: the first three entries."""
    texts = {
        "too_long": _("entry %(number)s is too long for the column “%(column)s”"),
        "not_in_encoding": _(
            "entry %(number)s has characters that the encoding lacks in the column “%(column)s”"
        ),
    }
    told = [texts[code] % {"number": number, "column": title} for number, title, code in fault.reasons[:3]]
    return _("Nothing was exported: %(reasons)s.") % {"reasons": "; ".join(told)}


def _lock(export: LedgerExport) -> LedgerExport:
    return LedgerExport.objects.select_for_update().get(pk=export.pk)


def _log(export: LedgerExport, actor: User | None, what: str) -> None:
    log(instance=export, action=LOGGED, user=actor, data={"what": what, "file": export.file_name})
