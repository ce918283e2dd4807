"""Formats of files for business software, read back by independent readers."""

import csv
import io
import json
import os
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata_ech.e_ch_0044_4_1 import PersonIdentificationType
from xsdata_ech.e_ch_0058_5_0 import Header

from eservices.connectors.business_system import (
    FieldReason,
    Operation,
    ReceiptState,
    UnreadableReceipt,
    ValuesDoNotFit,
    exchange_formats,
)
from eservices.connectors.configuration import InvalidConfiguration
from home.formats.spreadsheets import unescape_cell

from .records import make_record

LONG = 'O\'Brien-“Müller”; 李小龍, محمد\n"Ñandú" | Zoë\t𝔘' * 7
VISIBLE = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
NAMES = st.one_of(
    st.text(st.one_of(VISIBLE, st.sampled_from("\";,|\t\n\r'=+-@")), max_size=300), st.just(LONG[:300])
)
ENCODINGS = ["utf-8", "iso-8859-1", "windows-1252"]
ECH = {
    "sender_id": "sedex://1-1199-1",
    "message_type": "urn:x-commune:moving",
    "parts": {"person": "person", "new": "address", "town": "municipality", "from": "country"},
}
PERSON = {
    "person.officialName": "D'Été",
    "person.firstName": "Zoë 李",
    "person.sex": "2",
    "person.dateOfBirth.yearMonthDay": date(1988, 4, 17),
    "person.vn": "756.1234.5678.97",
    "person.localPersonId.personIdCategory": "veka.id",
    "person.localPersonId.personId": "42",
    "new.person.lastName": "D'Été",
    "new.addressInformation.street": "Rue du Lac",
    "new.addressInformation.houseNumber": "12",
    "new.addressInformation.town": "Orvenay",
    "new.addressInformation.swissZipCode": 1199,
    "new.addressInformation.country.countryNameShort": "Suisse",
    "town.municipalityName": "Orvenay",
    "from.countryNameShort": "France",
    "remark": 'a "remark"',
}


def made(key, **layout):
    return exchange_formats[key](layout)


def written(key, *records, **layout) -> bytes:
    return b"".join(made(key, **layout).write(records or [make_record()]))


def reasons_of(act) -> dict[str, str]:
    with pytest.raises(ValuesDoNotFit) as refused:
        act()
    return {one.field: one.text for one in refused.value.reasons}


# -- Written and read back -----------------------------------------------------------------------------------
@given(NAMES, st.sampled_from(["semicolon", "comma", "tab", "pipe"]), st.sampled_from(["minimal", "all"]))
def test_csv_is_read_back_by_the_csv_module(name, separator, quoting):
    layout = {"separator": separator, "quoting": quoting}
    record = make_record(fields={"name": name, "born": date(1988, 4, 17), "dog": True})
    delimiter = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}[separator]
    for formulas in ("exact", "apostrophe"):
        text = written("csv", record, formulas=formulas, **layout).decode()
        [row] = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        found = row["name"] if formulas == "exact" else unescape_cell(row["name"])
        assert (found, row["born"], row["dog"]) == (name, "1988-04-17", "1")
        assert row["transmission_key"] == "key-1"


@given(st.text(st.characters(codec="iso-8859-1", exclude_categories=["Cc"]), max_size=300))
def test_western_encodings_are_read_back(name):
    for encoding in ("iso-8859-1", "windows-1252"):
        content = written("csv", make_record(fields={"name": name}), encoding=encoding, formulas="exact")
        [row] = csv.DictReader(io.StringIO(content.decode(encoding), newline=""), delimiter=";")
        assert row["name"] == unicodedata.normalize("NFC", name)


@given(NAMES)
def test_json_is_read_back_by_the_json_module(name):
    record = make_record(fields={"name": name, "n": 2**60}, rows={"children": [{"name": name}, {}]})
    [found] = json.loads(written("json", record))["transmissions"]
    assert found["fields"] == {"name": name, "n": 2**60}
    assert found["rows"] == {"children": [{"name": name}, {}]}
    assert (found["key"], found["operation"]) == ("key-1", "new")


@given(NAMES)
def test_ech_message_is_read_back_by_lxml_and_xsdata(name):
    root = etree.fromstring(written("ech", make_record(fields=PERSON | {"remark": name}), **ECH))
    ns = {"t": "urn:x-commune:transmission:1"}
    assert (root.findtext("t:record/t:field[@name='remark']", namespaces=ns) or "") == name
    header = XmlParser().from_bytes(etree.tostring(root[0]), Header)
    assert (header.message_id, header.action.value, header.unique_id_business_transaction) == (
        "key-1",
        "1",
        "case-1",
    )
    part = root.find("t:record/t:person", ns)
    del part.attrib["name"]
    person = XmlParser().from_bytes(etree.tostring(part), PersonIdentificationType)
    assert (person.official_name, person.vn) == ("D'Été", 7561234567897)
    assert person.date_of_birth.year_month_day.to_date() == date(1988, 4, 17)


@pytest.mark.parametrize("name", [LONG[:300], "=1+1", "+41 79", "a\r\nb", "  x ", ""])
def test_workbook_is_read_back_by_openpyxl(name):
    fields = {"name": name, "born": date(1988, 4, 17), "old": date(1899, 1, 1), "n": 5, "dog": False}
    sheet = load_workbook(io.BytesIO(written("xlsx", make_record(fields=fields)))).active
    heading, values = sheet.iter_rows(values_only=True)
    row = dict(zip(heading, values, strict=True))
    assert (row["name"] or "") == name.replace("\r\n", "\n")
    assert (row["born"].date(), row["old"], row["n"], row["dog"]) == (
        date(1988, 4, 17),
        "1899-01-01",
        5,
        "0",
    )
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)


def test_fixed_width_puts_each_value_at_its_place():
    columns = [
        {"name": "@key", "length": 8},
        {"name": "name", "length": 10},
        {"name": "amount", "length": 6, "align": "right", "fill": "0"},
        {"name": "born", "length": 8},
    ]
    record = make_record(fields={"name": "Zoe\u0308", "amount": 45, "born": date(1988, 4, 17)})
    content = written("fixed_width", record, columns=columns, encoding="windows-1252", dates="compact")
    assert content == "key-1   Zoë       00004519880417\r\n".encode("cp1252")


def test_list_becomes_a_line_per_row():
    rows = {"children": [{"name": "A"}, {"name": "B"}]}
    text = written("csv", make_record(rows=rows), list="children").decode()
    assert [row["children.name"] for row in csv.DictReader(io.StringIO(text), delimiter=";")] == ["A", "B"]


# -- Refused ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "layout", "fields", "field"),
    [
        ("csv", {"encoding": "iso-8859-1"}, {"name": "Łukasz"}, "name"),
        ("csv", {"encoding": "windows-1252"}, {"name": "李"}, "name"),
        ("csv", {"quoting": "none"}, {"name": "a;b"}, "name"),
        ("csv", {"columns": ["@key", "name"]}, {"name": "a", "street": "b"}, "street"),
        ("csv", {"columns": ["@key", {"name": "name", "length": 3}]}, {"name": "long"}, "name"),
        ("csv", {}, {"name": "a\x00b"}, "name"),
        ("csv", {}, {"name": "\ud800"}, "name"),
        ("csv", {}, {"name": 1.5}, "name"),
        ("xlsx", {}, {"name": "a\ufffe"}, "name"),
        ("xlsx", {}, {"name": "x" * 32_001}, "name"),
        ("json", {}, {"name": "\ud800"}, "name"),
        ("fixed_width", {"columns": [{"name": "name", "length": 3}]}, {"name": "long"}, "name"),
        ("fixed_width", {"columns": [{"name": "name", "length": 9}]}, {"name": "a\nb"}, "name"),
        ("ech", ECH, {"person.officialName": "x"}, "person.firstName"),
        ("ech", ECH, PERSON | {"person.officialName": "x" * 101}, "person.officialName"),
        ("ech", ECH, PERSON | {"person.sex": "9"}, "person.sex"),
        ("ech", ECH, PERSON | {"person.vn": "75"}, "person.vn"),
        ("ech", ECH, PERSON | {"person.shoe": "44"}, "person.shoe"),
        ("ech", ECH, PERSON | {"new.organisation.organisationName": "x"}, "new"),
        ("ech", ECH, PERSON | {"new.addressInformation.street": ""}, "new.addressInformation.street"),
        ("ech", ECH, {"remark": "\x01"}, "remark"),
    ],
)
def test_value_that_does_not_fit_is_refused_by_field(key, layout, fields, field):
    assert field in reasons_of(lambda: written(key, make_record(fields=fields), **layout))


def test_list_without_a_place_is_refused():
    record = make_record(rows={"children": [{"name": "A"}]})
    for key in ("csv", "xlsx"):
        assert set(reasons_of(lambda key=key: written(key, record))) == {"children"}


@pytest.mark.parametrize(
    ("key", "layout", "fault"),
    [
        ("csv", {"separator": "colon"}, "separator"),
        ("csv", {"encoding": "ebcdic"}, "encoding"),
        ("csv", {"seperator": "comma"}, "seperator"),
        ("csv", {"columns": ["name"]}, "columns"),
        ("csv", {"columns": ["@key", "a", "a"]}, "columns"),
        ("csv", {"columns": [3]}, "columns"),
        ("fixed_width", {"columns": [{"name": "a"}]}, "columns"),
        ("fixed_width", {}, "columns"),
        (
            "fixed_width",
            {"columns": [{"name": "a", "length": 1}], "receipt_lengths": {"x": 1}},
            "receipt_lengths",
        ),
        ("ech", {"message_type": "urn:x:y"}, "sender_id"),
        ("ech", ECH | {"parts": {"person": "horse"}}, "parts"),
        ("json", {"indent": 2}, "indent"),
    ],
)
def test_layout_that_cannot_be_used_is_refused(key, layout, fault):
    with pytest.raises(InvalidConfiguration) as refused:
        made(key, **layout)
    assert fault in refused.value.faults


def test_formulas_get_an_apostrophe_and_telephone_numbers_none():
    fields = {"a": "=cmd|' /C calc'!A0", "b": "+41 79 123 45 67", "c": "@SUM(1)", "d": "-5"}
    text = written("csv", make_record(fields=fields)).decode()
    [row] = csv.DictReader(io.StringIO(text), delimiter=";")
    assert [row[one] for one in "abcd"] == ["'=cmd|' /C calc'!A0", "+41 79 123 45 67", "'@SUM(1)", "-5"]


# -- eCH schemas -----------------------------------------------------------------------------------------------
def test_ech_message_is_valid_by_the_published_schemas(tmp_path):
    """The schemas are data of their publisher and not in this repository."""
    folder = Path(os.environ.get("ECH_SCHEMAS") or "../shared/data/schemas/ech0058").absolute()
    if not (folder / "eCH-0058-5-0.xsd").exists():
        pytest.skip("the schemas of eCH are not here: name their folder in ECH_SCHEMAS")
    names = {
        "0058/5": "0058-5-0",
        "0044/4": "0044-4-1",
        "0010/6": "0010-6-0",
        "0007/6": "0007-6-0",
        "0008/3": "0008-3-0",
    }
    imports = "".join(
        f'<xs:import namespace="http://www.ech.ch/xmlns/eCH-{ns}" schemaLocation="{folder}/eCH-{file}.xsd"/>'
        for ns, file in names.items()
    )
    own = Path("eservices/connectors/exchange_formats/transmission-1.xsd").read_text()
    (tmp_path / "all.xsd").write_text(own.replace("<!-- imports -->", imports))
    schema = etree.XMLSchema(etree.parse(tmp_path / "all.xsd"))
    for operation in Operation:
        content = written("ech", make_record(fields=PERSON, operation=operation, rows={"c": [PERSON]}), **ECH)
        schema.assertValid(etree.fromstring(content))
    assert not schema.validate(etree.fromstring(content.replace(b"officialName", b"someName")))


# -- Receipts --------------------------------------------------------------------------------------------------
COLUMNS = "transmission_key;state;their_reference;field;reason;question;decided_at\r\n"
REFUSED = (
    COLUMNS
    + "k1;refused;;name;too long;;\r\nk1;refused;;street;unknown;;2026-11-25T09:00:00\r\nk2;accepted;R-7;;;;\r\n"
)
REPORT = """<eventReport xmlns="http://www.ech.ch/xmlns/eCH-0058/5"><header><referenceMessageId>k1</referenceMessageId>
<ourBusinessReferenceId>R-7</ourBusinessReferenceId></header><info>{}</info></eventReport>"""


def test_receipts_of_a_table_are_joined_by_key():
    first, second = made("csv").read_receipts(REFUSED.encode())
    assert (first.key, first.state) == ("k1", ReceiptState.REFUSED)
    assert first.reasons == (
        FieldReason(field="name", text="too long"),
        FieldReason(field="street", text="unknown"),
    )
    assert (second.state, second.their_reference) == (ReceiptState.ACCEPTED, "R-7")


def test_receipt_of_fixed_width_is_cut_by_its_lengths():
    line = "k1".ljust(36) + "accepted".ljust(10) + "R-7"
    layout = {"columns": [{"name": "a", "length": 1}]}
    [receipt] = made("fixed_width", **layout).read_receipts(line.encode() + b"\r\n")
    assert (receipt.key, receipt.state, receipt.their_reference) == ("k1", ReceiptState.ACCEPTED, "R-7")


@pytest.mark.parametrize(
    ("info", "state", "text"),
    [
        ("<positiveReport/>", ReceiptState.ACCEPTED, ""),
        ("<negativeReport><notice>no</notice></negativeReport>", ReceiptState.REFUSED, "no"),
        (
            "<positiveReport><data>"
            '<state xmlns="urn:x-commune:transmission:1">received</state></data></positiveReport>',
            ReceiptState.RECEIVED,
            "",
        ),
    ],
)
def test_event_report_of_ech_is_a_receipt(info, state, text):
    [receipt] = made("ech", **ECH).read_receipts(REPORT.format(info).encode())
    assert (receipt.key, receipt.state, receipt.their_reference) == ("k1", state, "R-7")
    assert [one.text for one in receipt.reasons] == ([text] if text else [])


BOMB = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("csv", REFUSED.encode()[:-2]),
        ("csv", b"a;b\r\n1;2\r\n"),
        ("csv", COLUMNS.encode() + b"k1;maybe;;;;;\r\n"),
        ("csv", COLUMNS.encode() + b";accepted;;;;;\r\n"),
        ("csv", COLUMNS.encode() + b"k1;asked_back;;;;;\r\n"),
        ("csv", COLUMNS.encode() + b"k1;accepted;;;;;yesterday\r\n"),
        ("csv", b"\xff\xfe"),
        ("csv", COLUMNS.encode() + b'k1;"acc\r\n'),
        ("json", b'{"receipts": [{"key": "k1"'),
        ("json", b"[" * 100_000),
        ("json", b'{"receipts": [7]}'),
        ("json", b'{"key": {"a": 1}, "state": "accepted"}'),
        ("xlsx", b"PK half"),
        ("ech", BOMB),
        ("ech", b"<a/>"),
        ("ech", REPORT.format("").encode()),
    ],
)
def test_receipt_that_makes_no_sense_is_refused(key, content):
    with pytest.raises(UnreadableReceipt):
        made(key, **(ECH if key == "ech" else {})).read_receipts(content)


def test_long_reason_is_shortened_and_never_lost():
    content = json.dumps(
        {"key": "k", "state": "refused", "reasons": [{"field": "a", "text": "x\x00" * 5000}]}
    )
    [receipt] = made("json").read_receipts(content.encode())
    assert len(receipt.reasons[0].text) == 1000
