"""Subscribers as a file: who comes in, with what proof that they agreed. Line 1 names the columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from home.spreadsheets import Refused, grid
from home.validators import validate_no_control

from .models import Subscriber, Topic
from .states import State

NAMES = {
    "email": ("email", "e-mail", "courriel", "adresse e-mail", "email address"),
    "language": ("language", "langue", "sprache", "lingua"),
    "topics": ("topics", "thèmes", "themen", "temi", "tags"),
    "agreed_on": ("consent", "consentement", "einwilligung", "consenso", "optin_time", "confirm_time"),
    "proof": ("proof", "preuve", "nachweis", "prova"),
}


@dataclass(frozen=True)
class Line:
    """Somebody of the file. Without a day on which they agreed, they are asked."""

    email: str
    language: str
    topic_keys: frozenset[UUID] = field(default=frozenset())
    agreed_on: date | None = None
    proof: str = ""

    @property
    def agreed_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.agreed_on, time(12)))


@dataclass(frozen=True)
class Plan:
    """What an import does with the lines of a file."""

    taken_over: list[Line]
    asked: list[Line]
    known: int  # subscribed already, or asked already: nothing changes
    left: int  # unsubscribed or not reachable: never subscribed again by a file


def read(name: str, content: bytes) -> list[Line]:
    """The lines of a file, each address once. Raises ``Refused`` with everything that is wrong."""
    (_number, head), *rows = grid(name, content)
    columns = [_column(cell) for cell in head]
    if "email" not in columns:
        raise Refused([_("Line 1 names the columns: one of them is “email”.")])
    topics = {topic.name.casefold(): topic.translation_key for topic in Topic.objects.all()}
    found, reasons = {}, []
    for number, cells in rows:
        try:
            line = _line(dict(zip(columns, cells, strict=False)), topics)
            found.setdefault(line.email, line)
        except ValueError as why:
            reasons.append(_("Line %(line)s: %(reason)s") % {"line": number, "reason": why})
    if reasons:
        raise Refused(reasons)
    return list(found.values())


def plan(lines: Iterable[Line]) -> Plan:
    """What an import would do, as of now."""
    lines = list(lines)
    rows = Subscriber.objects.filter(email__in=[line.email for line in lines]).values_list("email", "state")
    states = dict(rows)
    new = [line for line in lines if line.email not in states]
    left = sum(states.get(line.email) in (State.UNSUBSCRIBED, State.BOUNCED) for line in lines)
    return Plan(
        taken_over=[line for line in new if line.agreed_on],
        asked=[line for line in new if not line.agreed_on],
        known=len(lines) - len(new) - left,
        left=left,
    )


def _column(name: str) -> str:
    small = name.casefold()
    return next((word for word, names in NAMES.items() if small in names), "")


def _line(cells: dict[str, str], topics: dict) -> Line:
    email = cells.get("email", "").lower()
    try:
        validate_email(email)
        validate_no_control(email)
    except ValidationError:
        raise ValueError(_("“%(text)s” is no e-mail address.") % {"text": email[:60]}) from None
    if len(email) > 254:
        raise ValueError(_("This address is too long."))
    language = cells.get("language", "")[:2].lower() or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        raise ValueError(_("“%(text)s” is no language of the site.") % {"text": language})
    names = [name.strip() for name in cells.get("topics", "").split(",") if name.strip()]
    if unknown := [name for name in names if name.casefold() not in topics]:
        raise ValueError(_("“%(text)s” is no topic.") % {"text": unknown[0][:60]})
    keys = {topics[name.casefold()] for name in names} or set(topics.values())
    return Line(email, language, frozenset(keys), _day(cells.get("agreed_on", "")), cells.get("proof", ""))


def _day(text: str) -> date | None:
    """``2026-11-25``, also with an hour behind it, or ``25.11.2026``."""
    if not text:
        return None
    first, dots = text.split("T")[0].split(" ")[0], text.split(".")
    if len(dots) == 3 and all(part.isdigit() for part in dots):
        first = f"{dots[2]}-{dots[1]:0>2}-{dots[0]:0>2}"
    try:
        found = parse_date(first)
    except ValueError:
        found = None
    if found is None or found > timezone.localdate():
        raise ValueError(_("“%(text)s” is no day that is past.") % {"text": text[:30]})
    return found
