"""Entries of the journal as the layout reads them."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import override

from eservices.payments.models import JournalRow

from .logic.layout import Entry

BATCH_SIZE = 1_000


def entries_of(rows: Sequence[int]) -> list[Entry]:
    """Return the entries with these keys, in the order of the journal, in the commune's language."""
    with override(settings.LANGUAGE_CODE):
        kinds = {kind.value: str(kind.label) for kind in JournalRow.Kind}
    found: list[Entry] = []
    for start in range(0, len(rows), BATCH_SIZE):
        batch = JournalRow.objects.filter(pk__in=rows[start : start + BATCH_SIZE]).order_by("number")
        found += [_entry(row, kinds) for row in batch.select_related("payment", "charge__case__form")]
    return found


def _entry(row: JournalRow, kinds: dict[str, str]) -> Entry:
    case = row.charge.case if row.charge else None
    return Entry(
        number=row.number,
        day=row.day,
        kind=row.kind,
        kind_label=kinds[row.kind],
        debit=row.debit,
        credit=row.credit,
        amount=row.amount,
        currency=row.currency,
        vat=row.vat,
        vat_amount=row.vat_amount,
        cost_centre=row.cost_centre,
        text=row.text,
        receipt=(row.payment.receipt or "") if row.payment else "",
        reference=case.reference if case else "",
        service=case.form.slug if case else "",
    )
