"""Import of subscribers from a file, with the proof of consent. Line 1 names the columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.fields import validate_email_address
from home.formats.spreadsheets import SpreadsheetError, read_rows, unescape_cell
from home.validators import validate_no_control

from ..models import Subscriber, Topic
from ..states import SubscriberState

COLUMN_NAMES = {
    "email": ("email", "e-mail", "courriel", "adresse e-mail", "email address"),
    "language": ("language", "langue", "sprache", "lingua"),
    "topics": ("topics", "thèmes", "themen", "temi", "tags"),
    "agreed_on": ("consent", "consentement", "einwilligung", "consenso", "optin_time", "confirm_time"),
    "proof": ("proof", "preuve", "nachweis", "prova"),
    "state": ("state", "état", "status", "stato"),
}
LEFT = {SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED, "cleaned"}  # the last is Mailchimp's term


@dataclass(frozen=True)
class ImportLine:
    """A person of the file. Without a date of consent they are asked to confirm."""

    email: str
    language: str
    topic_keys: frozenset[UUID] = field(default=frozenset())
    agreed_on: date | None = None
    proof: str = ""
    left: bool = False  # unsubscribed or unreachable, according to the file

    @property
    def agreed_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.agreed_on, time(12)))


@dataclass(frozen=True)
class ImportPlan:
    """The effect of an import, by lines of the file."""

    taken_over: list[ImportLine]
    asked: list[ImportLine]
    known: int  # already subscribed or asked: unchanged
    left: int  # unsubscribed or unreachable: a file never subscribes them again


def read_subscriber_file(name: str, content: bytes) -> list[ImportLine]:
    """Return the lines of a file, each address once.

    Raise ``SpreadsheetError`` with all problems.
    """
    (_number, head), *rows = read_rows(name, content)
    columns = [_column(cell) for cell in head]
    if "email" not in columns:
        raise SpreadsheetError([_("Line 1 must name the columns, including “email”.")])
    topics = {_joined(topic.name.split(",")): topic.translation_key for topic in Topic.objects.all()}
    found, reasons = {}, []
    for number, cells in rows:
        try:
            line = _line(dict(zip(columns, cells, strict=False)), topics)
            found.setdefault(line.email, line)
        except ValueError as why:
            reasons.append(_("Line %(line)s: %(reason)s") % {"line": number, "reason": why})
    if reasons:
        raise SpreadsheetError(reasons)
    return list(found.values())


def plan_import(lines: Iterable[ImportLine]) -> ImportPlan:
    """Return what an import would do now."""
    lines = list(lines)
    rows = Subscriber.objects.filter(email__in=[line.email for line in lines]).values_list("email", "state")
    states = dict(rows)
    new = [line for line in lines if line.email not in states and not line.left]
    left = sum(_has_left(line, states.get(line.email)) for line in lines)
    return ImportPlan(
        taken_over=[line for line in new if line.agreed_on],
        asked=[line for line in new if not line.agreed_on],
        known=len(lines) - len(new) - left,
        left=left,
    )


def _has_left(line: ImportLine, state: str | None) -> bool:
    return state in (SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED) or (line.left and state is None)


def _column(name: str) -> str:
    small = name.casefold()
    return next((word for word, names in COLUMN_NAMES.items() if small in names), "")


def _line(cells: dict[str, str], topics: dict) -> ImportLine:
    cells = {column: unescape_cell(cell) for column, cell in cells.items()}
    email, state = stored_form(cells.get("email", "")), cells.get("state", "").lower()
    try:
        validate_email_address(email)
        validate_no_control(email)
    except ValidationError:
        raise ValueError(_("“%(text)s” is no e-mail address.") % {"text": email[:60]}) from None
    if len(email) > 254:
        raise ValueError(_("This address is too long."))
    language = cells.get("language", "")[:2].lower() or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        raise ValueError(_("“%(text)s” is no language of the site.") % {"text": language})
    keys = _topic_keys(cells.get("topics", ""), topics) or set(topics.values())
    agreed_on = None if state == SubscriberState.PENDING else _day(cells.get("agreed_on", ""))
    return ImportLine(email, language, frozenset(keys), agreed_on, cells.get("proof", ""), state in LEFT)


def _topic_keys(text: str, topics: dict) -> set[UUID]:
    """Return the keys of comma-separated topics.

    A topic's name may contain commas, so the longest match counts.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    found = set()
    while words:
        fitting = (number for number in range(len(words), 0, -1) if _joined(words[:number]) in topics)
        if not (number := next(fitting, 0)):
            raise ValueError(_("“%(text)s” is no topic.") % {"text": words[0][:60]})
        found.add(topics[_joined(words[:number])])
        del words[:number]
    return found


def _joined(words: Iterable[str]) -> str:
    return ", ".join(word.strip() for word in words).casefold()


def _day(text: str) -> date | None:
    """Parse ``2026-11-25``, also with a time after it, or ``25.11.2026``. Raise ``ValueError`` if invalid or future."""
    if not text:
        return None
    first, dots = text.partition("T")[0].partition(" ")[0], text.split(".")
    if len(dots) == 3 and all(part.isdigit() for part in dots):
        first = f"{dots[2]}-{dots[1]:0>2}-{dots[0]:0>2}"
    try:
        found = parse_date(first)
    except ValueError:
        found = None
    if found is None or found > timezone.localdate():
        raise ValueError(_("“%(text)s” is no day that is past.") % {"text": text[:30]})
    return found
