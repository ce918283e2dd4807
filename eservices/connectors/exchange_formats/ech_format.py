"""XML: one transmission with an eCH-0058 v5 header and parts of eCH-0044, 0010, 0007 and 0008. Pure.

Receipts are messages ``eventReport`` of eCH-0058. Entities and DTDs are refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from lxml import etree
from xsdata.formats.dataclass.serializers import TreeSerializer
from xsdata.models.datatype import XmlDateTime
from xsdata_ech import e_ch_0058_5_0 as ech58

from ..business_system import (
    FieldReason,
    Operation,
    Receipt,
    ReceiptState,
    Row,
    TransmissionRecord,
    UnreadableReceipt,
    ValuesDoNotFit,
)
from ..configuration import Configuration
from .ech_parts import PARTS, build_part, xml_text
from .receipt_reading import MAX_BYTES, build_receipt

NAMESPACE = "urn:x-commune:transmission:1"
HEADER = ech58.__NAMESPACE__
PREFIXES = {
    None: NAMESPACE,
    "eCH-0058": HEADER,
    "eCH-0044": "http://www.ech.ch/xmlns/eCH-0044/4",
    "eCH-0010": "http://www.ech.ch/xmlns/eCH-0010/6",
    "eCH-0007": "http://www.ech.ch/xmlns/eCH-0007/6",
    "eCH-0008": "http://www.ech.ch/xmlns/eCH-0008/3",
}
ACTIONS = {
    Operation.NEW: ech58.ActionType.VALUE_1,
    Operation.CORRECTION: ech58.ActionType.VALUE_4,
    Operation.WITHDRAWAL: ech58.ActionType.VALUE_3,
}
# Lengths of the header's elements, and what of the envelope stands in them.
LIMITS = {"key": 36, "identity": 50, "reference": 50, "service": 36}


class EchFormat:
    """A message per transmission, as sedex carries them."""

    extension = "xml"
    collects = False

    def __init__(self, layout: Mapping[str, Any]):
        configuration = Configuration(layout)
        self.sender = configuration.text("sender_id", required=True, most=100)
        self.recipient = configuration.text("recipient_id", most=100)
        self.message_type = configuration.text("message_type", required=True, most=200)
        self.test = configuration.flag("test", False)
        self.parts = configuration.mapping("parts")
        for name, kind in self.parts.items():
            if kind not in PARTS or "." in name or not name:
                text = _("A part is one of: %(kinds)s.") % {"kinds": ", ".join(PARTS)}
                configuration.refuse("parts", f"{name}: {text}")
        for name in ("sender_id", "recipient_id", "message_type"):
            if not _is_uri(layout.get(name) or "x:x"):
                configuration.refuse(name, _("eCH-0058 wants a URI here, such as sedex://1-1234-1."))
        configuration.check()

    def write(self, records: Iterable[TransmissionRecord]) -> Iterator[bytes]:
        found = list(records)
        if len(found) != 1:
            raise ValuesDoNotFit([FieldReason(field="", text=_("A message of eCH holds one transmission."))])
        [record] = found
        reasons: list[FieldReason] = []
        root = etree.Element(f"{{{NAMESPACE}}}transmission", nsmap=PREFIXES)
        header = self._header(record, reasons)
        body = etree.SubElement(root, f"{{{NAMESPACE}}}record")
        self._add_row(body, record.fields, "", reasons)
        for name, rows in record.rows.items():
            above = etree.SubElement(body, f"{{{NAMESPACE}}}list", name=name)
            for row in rows:
                inner = etree.SubElement(above, f"{{{NAMESPACE}}}row")
                self._add_row(inner, row, f"{name}.", reasons)
        if reasons:
            raise ValuesDoNotFit(reasons)
        root.insert(0, TreeSerializer().render(header, ns_map=PREFIXES).getroot())
        yield etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def read_receipts(self, content: bytes) -> list[Receipt]:
        if len(content) > MAX_BYTES:
            raise UnreadableReceipt(_("The file is too large."))
        try:
            root = fromstring(content, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
            raise UnreadableReceipt(_("This is no XML, or half written.")) from fault
        if root.tag != f"{{{HEADER}}}eventReport":
            raise UnreadableReceipt(_("This is no message “eventReport” of eCH-0058 v5."))
        header, info = root.find(f"{{{HEADER}}}header"), root.find(f"{{{HEADER}}}info")
        if header is None or info is None or not len(info):
            raise UnreadableReceipt(_("The message has no header or no report."))
        return [_receipt(header, info[0])]

    def _header(self, record: TransmissionRecord, reasons: list[FieldReason]) -> ech58.Header:
        for name, most in LIMITS.items():
            if not 1 <= len(getattr(record, name)) <= most:
                text = _("It has %(count)s characters, and the format allows %(most)s.")
                reasons.append(
                    FieldReason(
                        field="@" + name, text=text % {"count": len(getattr(record, name)), "most": most}
                    )
                )
        return ech58.Header(
            sender_id=self.sender,
            recipient_id=[self.recipient] if self.recipient else [],
            message_id=record.key,
            our_business_reference_id=record.reference,
            unique_id_business_transaction=record.identity,
            message_type=self.message_type,
            sub_message_type=record.service,
            sending_application=ech58.SendingApplicationType("commune", "commune", "1"),
            message_date=XmlDateTime.from_datetime(record.created_at),
            action=ACTIONS[record.operation],
            test_delivery_flag=self.test,
            response_expected=True,
            named_meta_data=[ech58.NamedMetaDataType("number", str(record.number))],
        )

    def _add_row(self, above, row: Row, prefix: str, reasons: list[FieldReason]) -> None:
        """Add the parts of a row, and its other fields."""
        by_part: dict[str, Row] = {}
        others: Row = {}
        for name, value in row.items():
            part, _dot, path = name.partition(".")
            if path and part in self.parts:
                by_part.setdefault(part, {})[path] = value
            else:
                others[name] = value
        for part, values in by_part.items():
            kind = self.parts[part]
            built, wrong = build_part(kind, prefix + part, values)
            reasons += wrong
            if built is not None:
                element = etree.SubElement(above, f"{{{NAMESPACE}}}{kind}", name=part)
                element.extend(list(TreeSerializer().render(built, ns_map=PREFIXES).getroot()))
        for name, value in others.items():
            try:
                text = xml_text(value)
            except ValueError as fault:
                reasons.append(FieldReason(field=prefix + name, text=str(fault)))
                continue
            etree.SubElement(above, f"{{{NAMESPACE}}}field", name=name).text = text


def _is_uri(text: object) -> bool:
    """Return whether a text is a URI with a scheme."""
    try:
        return (
            isinstance(text, str) and bool(urlsplit(text).scheme) and not any(one.isspace() for one in text)
        )
    except ValueError:
        return False


def _receipt(header: Element, report: Element) -> Receipt:
    positive = report.tag == f"{{{HEADER}}}positiveReport"
    notice = "".join(_part(report, "notice").itertext()).strip()
    data = _part(report, "data")
    default = ReceiptState.ACCEPTED if positive else ReceiptState.REFUSED
    state = _text(data, f"{{{NAMESPACE}}}state") or default.value
    reasons: list[tuple[object, object]] = [
        (one.get("field", ""), one.text) for one in data.iter(f"{{{NAMESPACE}}}reason")
    ]
    if not reasons and state == ReceiptState.REFUSED:
        reasons = [("", notice)]
    return build_receipt(
        key=_text(header, f"{{{HEADER}}}referenceMessageId"),
        state=state,
        their_reference=_text(header, f"{{{HEADER}}}ourBusinessReferenceId"),
        reasons=reasons,
        question=notice if state == ReceiptState.ASKED_BACK else "",
        decided_at=_text(header, f"{{{HEADER}}}messageDate"),
    )


def _part(report: Element, name: str) -> Element:
    found = report.find(f"{{{HEADER}}}{name}")
    return Element(name) if found is None else found


def _text(above: Element, tag: str) -> str:
    return (above.findtext(tag) or "").strip()
