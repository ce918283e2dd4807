"""Parts of an eCH message (eCH-0044, 0010, 0007, 0008) from fields named ``PART.element.element``. Pure.

The dataclasses of xsdata-ech hold the elements with their lengths and ranges; what their schemas say beside, such as
one element of two, is in ``ONE_OF`` and ``NEEDS``.
"""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _
from xsdata.models.datatype import XmlDate, XmlPeriod
from xsdata_ech import e_ch_0007_6_0 as ech7
from xsdata_ech import e_ch_0008_3_0 as ech8
from xsdata_ech import e_ch_0010_6_0 as ech10
from xsdata_ech import e_ch_0044_4_1 as ech44

from ..business_system import FieldReason, FieldValue

PARTS: dict[str, type] = {
    "person": ech44.PersonIdentificationType,
    "personLight": ech44.PersonIdentificationLightType,
    "address": ech10.MailAddressType,
    "municipality": ech7.SwissMunicipalityType,
    "country": ech8.CountryType,
}
# Elements of which at most one stands, and whether one must.
ONE_OF: dict[type, tuple[tuple[str, ...], bool]] = {
    ech10.MailAddressType: (("organisation", "person"), True),
    ech10.AddressInformationType: (("swissZipCode", "foreignZipCode"), False),
    ech44.DatePartiallyKnownType: (("yearMonthDay", "yearMonth", "year"), True),
}
# Elements that stand only with another one.
NEEDS: dict[type, dict[str, str]] = {
    ech10.AddressInformationType: {
        "houseNumber": "street",
        "dwellingNumber": "street",
        "postOfficeBoxNumber": "postOfficeBoxText",
        "swissZipCodeAddOn": "swissZipCode",
        "swissZipCodeId": "swissZipCode",
    },
}

type Tree = dict[str, "Tree | FieldValue"]


def build_part(
    kind: str, name: str, values: Mapping[str, FieldValue]
) -> tuple[object | None, list[FieldReason]]:
    """Return the part of its values by path, and why it cannot be built. None if all values are empty."""
    tree: Tree = {}
    for path, value in values.items():
        if value in (None, ""):
            continue
        *above, last = path.split(".")
        place = tree
        for step in above:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                return None, [
                    FieldReason(field=f"{name}.{path}", text=_("Another field has the place of its element."))
                ]
            place = inner
        place[last] = value
    if not tree:
        return None, []
    reasons: list[FieldReason] = []
    built = _build(PARTS[kind], tree, name, reasons)
    return (None if reasons else built), reasons


def _build(cls: type, tree: Tree, prefix: str, reasons: list[FieldReason]) -> object:
    hints, left, built = get_type_hints(cls), dict(tree), {}
    for one in dataclass_fields(cls):
        element = one.metadata.get("name", one.name)
        value = left.pop(element, None)
        path = f"{prefix}.{element}"
        if value is None:
            if one.metadata.get("required"):
                reasons.append(FieldReason(field=path, text=_("eCH requires this element.")))
            continue
        wanted, is_list = _inner_type(hints[one.name])
        try:
            if is_dataclass(wanted):
                if not isinstance(value, dict):
                    raise ValueError(_("This element holds other elements: name one of them."))
                found = _build(wanted, value, path, reasons)
            elif isinstance(value, dict):
                raise ValueError(_("This element holds no other elements."))
            else:
                found = _simple(wanted, value, one.metadata)
        except ValueError as fault:
            reasons.append(FieldReason(field=path, text=str(fault)))
            continue
        built[one.name] = [found] if is_list else found
    reasons += [
        FieldReason(field=f"{prefix}.{name}", text=_("eCH has no such element here.")) for name in left
    ]
    _check_choices(cls, tree, prefix, reasons)
    return cls(**built)


def _check_choices(cls: type, tree: Tree, prefix: str, reasons: list[FieldReason]) -> None:
    names, required = ONE_OF.get(cls, ((), False))
    given = [name for name in names if name in tree]
    if len(given) > 1 or (required and not given):
        reasons.append(
            FieldReason(field=prefix, text=_("eCH wants one of: %(names)s.") % {"names": ", ".join(names)})
        )
    for name, needed in NEEDS.get(cls, {}).items():
        if name in tree and needed not in tree:
            reasons.append(FieldReason(field=f"{prefix}.{needed}", text=_("eCH requires this element.")))


def _inner_type(hint: Any) -> tuple[type, bool]:
    """Return the type of an element, and whether there may be several."""
    if get_origin(hint) is list:
        return get_args(hint)[0], True
    if get_origin(hint) is Union:
        return next(one for one in get_args(hint) if one is not type(None)), False
    return hint, False


def _simple(wanted: type, value: FieldValue, about: Mapping[str, Any]) -> object:
    """Return the value of an element. Raise ValueError with the reason, for an agent."""
    if wanted is XmlDate:
        return _xml_date(value)
    if wanted is XmlPeriod:
        return XmlPeriod(str(value))
    if issubclass(wanted, Enum):
        try:
            return wanted(str(value))
        except ValueError:
            codes = ", ".join(str(one.value) for one in wanted)
            raise ValueError(_("eCH knows: %(codes)s.") % {"codes": codes}) from None
    if wanted is int:
        return _number(value, about)
    text = xml_text(value)
    least, most = about.get("min_length", 0), about.get("max_length", 0)
    if len(text) < least or (most and len(text) > most):
        raise ValueError(
            _("It has %(count)s characters, and the format allows %(most)s.")
            % {"count": len(text), "most": most}
        )
    return text


def _xml_date(value: FieldValue) -> XmlDate:
    try:
        day = (
            value.date()
            if isinstance(value, datetime)
            else value
            if isinstance(value, date)
            else date.fromisoformat(str(value))
        )
    except ValueError:
        raise ValueError(_("This is no date.")) from None
    return XmlDate.from_date(day)


def _number(value: FieldValue, about: Mapping[str, Any]) -> int:
    digits = str(value).replace(".", "").replace(" ", "")  # 756.1234.5678.97
    if isinstance(value, bool) or not digits.isascii() or not digits.isdigit():
        raise ValueError(_("This is no whole number."))
    number = int(digits[:20])
    least, most = about.get("min_inclusive", 0), about.get("max_inclusive", 10**18)
    if not least <= number <= most:
        raise ValueError(
            _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    return number


def xml_text(value: FieldValue) -> str:
    """Return a value as the text of an element. Raise ValueError if XML cannot hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if value is not None and not isinstance(value, str | int):
        raise ValueError(_("Its type cannot be written."))
    text = "" if value is None else str(value)
    if any(
        not (
            one in "\t\n\r" or "\x20" <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" or one >= "\U00010000"
        )
        for one in text
    ):
        raise ValueError(_("It has control characters."))
    return text
