"""The file for the accounting by its layout. No database."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.connectors.accounting.logic.layout import (
    NOT_IN_ENCODING,
    TOO_LONG,
    Column,
    Entry,
    Layout,
    LayoutFault,
    Rule,
    write_file,
)
from eservices.connectors.accounting.logic.receipts import AccountingReceipt, UnreadableReceipt, read_receipts

ENTRY = Entry(
    number=7,
    day=date(2026, 11, 24),
    kind="payment",
    kind_label="paiement",
    debit="1010.20",
    credit="4310.00",
    amount=1621,
    currency="CHF",
    vat="8.1",
    vat_amount=121,
    text="Q-26-00001 Attestation, 2 copies",
    receipt="Q-26-00001",
    reference="ORV-26-00042",
    service="attestation",
)


def columns(*sources: str, **more) -> tuple[Column, ...]:
    return tuple(Column(source=source, title=source, **more) for source in sources)


def written(layout: Layout, *entries: Entry) -> str:
    return write_file(entries or [ENTRY], layout).decode(layout.encoding)


def test_csv_has_one_line_per_entry():
    layout = Layout(columns=columns("number", "day", "debit", "credit", "amount", "net", "vat_amount"))
    assert written(layout) == (
        "number;day;debit;credit;amount;net;vat_amount\r\n7;24.11.2026;1010.20;4310.00;16.21;15.00;1.21\r\n"
    )


def test_two_lines_name_account_and_side():
    layout = Layout(
        columns=columns("account", "counter_account", "side", "amount"), two_lines=True, header=False
    )
    assert written(layout).splitlines() == ["1010.20;4310.00;D;16.21", "4310.00;1010.20;C;16.21"]


def test_fixed_width_pads_each_column():
    layout = Layout(
        fixed_width=True,
        header=False,
        decimal_mark="",
        date_format="%Y%m%d",
        encoding="iso-8859-1",
        columns=(
            Column(source="day", width=8),
            Column(source="amount", width=8, zeros=True),
            Column(source="credit", width=9, right=True),
            Column(source="text", width=12, shorten=True),
            Column(source="fixed", fixed="É", width=2),
        ),
    )
    assert write_file([ENTRY], layout) == "2026112400001621  4310.00Q-26-00001 AÉ \r\n".encode("iso-8859-1")


def test_rules_change_codes_and_texts_of_what_they_name():
    layout = Layout(
        columns=columns("debit", "credit", "cost_centre", "vat_code", "text"),
        header=False,
        accounts={"4310.00": "43100"},
        vat_codes={"8.1": "V81"},
        rules=(
            Rule(kind="refund", text="never"),
            Rule(
                service="attestation",
                account="4310.00",
                cost_centre="120",
                text="{kind} {reference} {unknown}",
            ),
            Rule(vat_code="V00"),
        ),
    )
    assert written(layout) == "1010.20;43100;120;V81;paiement ORV-26-00042 {unknown}\r\n"
    other = replace(ENTRY, service="chiens", vat="")
    assert written(layout, other).startswith("1010.20;43100;;V00;Q-26")


@pytest.mark.parametrize(
    ("entry", "column", "code"),
    [
        ({}, Column(source="text", title="Text", width=5), TOO_LONG),
        ({}, Column(source="amount", title="Text", width=3, shorten=True), TOO_LONG),
        ({"text": "Žižka"}, Column(source="text", title="Text"), NOT_IN_ENCODING),
    ],
)
def test_entry_that_does_not_fit_refuses_the_file(entry, column, code):
    layout = Layout(columns=(column,), encoding="iso-8859-1")
    with pytest.raises(LayoutFault) as refused:
        write_file([ENTRY, replace(ENTRY, **entry)], layout)
    assert refused.value.reasons[-1] == (7, "Text", code)


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5), st.sampled_from([";", ",", "\t"]))
def test_any_text_stays_in_its_cell(texts, separator):
    layout = Layout(columns=columns("number", "text", "amount"), separator=separator, header=False)
    entries = [replace(ENTRY, text=text.encode("utf-8", "replace").decode()) for text in texts]
    lines = list(csv.reader(io.StringIO(written(layout, *entries), newline=""), delimiter=separator))
    assert [(line[0], line[2]) for line in lines] == [("7", "16.21")] * len(texts)
    assert not any(line[1].startswith(("=", "+", "-", "@")) for line in lines)


def test_receipts_are_read_below_a_heading():
    rows = [
        (1, ["Fichier", "État", "Numéro"]),
        (2, ["journal-00001.csv", "OK", "4711"]),
        (3, ["journal-00002.csv", "refusé", "", "Compte 43100 inconnu"]),
    ]
    assert read_receipts(rows) == [
        AccountingReceipt("journal-00001.csv", True, "4711"),
        AccountingReceipt("journal-00002.csv", False, "", "Compte 43100 inconnu"),
    ]
    with pytest.raises(UnreadableReceipt):
        read_receipts([*rows, (4, ["journal-00003.csv"])])
