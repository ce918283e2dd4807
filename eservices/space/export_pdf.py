"""All personal data of a user as a PDF to read: the same data as the JSON export, with words for people."""

from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.export.answers import answer_rows
from eservices.cases.export.audiences import APPLICANT
from eservices.cases.export.record import CaseRecord
from eservices.cases.models import Case
from home.extensions.personal_data import personal_data_holdings
from home.localization.dates import date_format
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from .export import export_personal_data

TEMPLATE = Path(__file__).parent / "typst" / "own_data.typ"

type Row = list[str]

# Words for the keys of the JSON export. A key without a word is shown as it is.
LABELS = {
    "about": gettext_lazy("About"),
    "address": gettext_lazy("Address"),
    "amount": gettext_lazy("Amount"),
    "answers": gettext_lazy("Answers"),
    "at": gettext_lazy("On"),
    "bookings": gettext_lazy("Bookings"),
    "browser": gettext_lazy("Browser"),
    "by": gettext_lazy("By"),
    "calls": gettext_lazy("Calls"),
    "charges": gettext_lazy("Charges"),
    "closed": gettext_lazy("Closed"),
    "consent": gettext_lazy("Consent"),
    "consents": gettext_lazy("Consents"),
    "corrections": gettext_lazy("Corrections"),
    "decisions": gettext_lazy("Decisions"),
    "documents": gettext_lazy("Documents"),
    "email": gettext_lazy("E-mail address"),
    "ends": gettext_lazy("End"),
    "files": gettext_lazy("Files"),
    "first_name": gettext_lazy("First name"),
    "from": gettext_lazy("Network"),
    "given": gettext_lazy("Given"),
    "how": gettext_lazy("Method"),
    "identity_level": gettext_lazy("Identity"),
    "joined": gettext_lazy("Account since"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "last_name": gettext_lazy("Last name"),
    "letters": gettext_lazy("Letters sent"),
    "messages": gettext_lazy("Messages"),
    "name": gettext_lazy("Name"),
    "number": gettext_lazy("Number"),
    "opened": gettext_lazy("Received"),
    "outcome": gettext_lazy("Outcome"),
    "paid": gettext_lazy("Paid"),
    "persons": gettext_lazy("People"),
    "phone": gettext_lazy("Telephone"),
    "proofs": gettext_lazy("Proofs of identity"),
    "reason": gettext_lazy("Reason"),
    "receipts": gettext_lazy("Receipts"),
    "reference": gettext_lazy("Reference"),
    "register": gettext_lazy("Population register"),
    "revoked": gettext_lazy("Revoked"),
    "saved": gettext_lazy("Saved"),
    "service": gettext_lazy("Service"),
    "sign_ins": gettext_lazy("Sign-ins"),
    "signs_in_with": gettext_lazy("Signs in with"),
    "since": gettext_lazy("Since"),
    "starts": gettext_lazy("Beginning"),
    "state": gettext_lazy("State"),
    "team": gettext_lazy("Team"),
    "text": gettext_lazy("Text"),
    "title": gettext_lazy("Title"),
    "to": gettext_lazy("Recipient"),
    "topics": gettext_lazy("Topics"),
    "used": gettext_lazy("Last used"),
    "what": gettext_lazy("What"),
    "where": gettext_lazy("Where"),
    "wish": gettext_lazy("Time"),
}


def render_personal_data(user: User, now: datetime) -> bytes:
    """Return all personal data of a user as PDF/A-2a and PDF/UA-1, in the active language."""
    today = timezone.localdate(now)
    data = export_personal_data(user)
    heading = letterhead.letterhead_data()
    content = heading | {
        "language": get_language(),
        "day": [today.year, today.month, today.day],
        "title": _("Your personal data"),
        "office": heading["commune"],
        "printed": date_format(timezone.localtime(now), "DATETIME_FORMAT"),
        "parts": [
            _part(_("Your account"), data["person"]),
            *_requests(user, data["requests"]),
            *(_part(_("Draft"), draft) for draft in data["drafts"]),
            *(
                _part(str(holding.name), row)
                for key, holding in personal_data_holdings.items()
                for row in data[key]
            ),
        ],
    }
    return printing_pdf.render_pdf(TEMPLATE, content, now)


def _requests(user: User, exported: list[dict]) -> list[dict]:
    """Return a part for each case, whose answers have the labels of the form."""
    own = cases.own_cases(user).select_related("version__form", "submission")
    by_reference = {case.reference: case for case in own}
    parts = []
    for one in exported:
        part = _part(f"{one['service']}, {one['reference']}", one | {"answers": None})
        part["sections"][1:1] = _answers(by_reference[one["reference"]])
        parts.append(part)
    return parts


def _answers(case: Case) -> list[dict]:
    """Return a section for each step with the answers as sent, corrections applied."""
    record = CaseRecord(case, APPLICANT)
    return [
        {"title": title or str(LABELS["answers"]), "rows": rows}
        for title, found in answer_rows(case, record.files, words=record.words)
        if (rows := [[one.label, one.value or ", ".join(file.name for file in one.files)] for one in found])
    ]


def _part(title: str, data: dict) -> dict:
    """Return a part with a section for plain values, and one for each list in it."""
    plain = [[_label(key), _text(value)] for key, value in data.items() if not isinstance(value, list | dict)]
    sections = [{"title": "", "rows": [row for row in plain if row[1]]}]
    for key, value in data.items():
        if value and isinstance(value, dict):
            sections.append(
                {"title": _label(key), "rows": [[_label(name), _text(one)] for name, one in value.items()]}
            )
        elif value and isinstance(value, list):
            sections.append({"title": _label(key), "rows": [_row(one) for one in value]})
    return {"title": title, "sections": [section for section in sections if section["rows"]]}


def _row(one: object) -> Row:
    """Return an entry of a list: its first value beside all others."""
    if not isinstance(one, dict) or not one:
        return ["", _text(one)]
    first, *others = one.items()
    rest = [_line(key, value) for key, value in others if _text(value)]
    return [_text(first[1]), "\n".join(rest)]


def _text(value: object) -> str:
    """Return a value as text. Moments are shown in local time."""
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case dict():
            return "\n".join(_line(key, one) for key, one in value.items() if _text(one))
        case list() | tuple():
            return "\n".join(map(_text, value))
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
    text = str(value)
    moment = parse_datetime(text) if len(text) > len("2026-11-24T09:00") and "T" in text[:11] else None
    return _text(moment) if moment and timezone.is_aware(moment) else text


def _line(key: str, value: object) -> str:
    """Return a value after its label, with the colon of the language."""
    return _("%(question)s: %(answer)s") % {"question": _label(key), "answer": _text(value)}


def _label(key: str) -> str:
    return str(LABELS.get(key) or capfirst(key.replace("_", " ")))
