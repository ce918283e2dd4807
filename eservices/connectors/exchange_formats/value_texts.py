"""Values of fields as text, in an encoding. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..business_system import FieldReason, FieldValue, ValuesDoNotFit
from ..configuration import Configuration
from .record_columns import Column

ENCODINGS = ("utf-8", "utf-8-sig", "iso-8859-1", "windows-1252")
DATES = {"iso": ("-", False), "dotted": (".", True), "compact": ("", False)}  # separator, day first
LINE_BREAKS = ("keep", "space", "refuse")
BREAK = re.compile("\r\n|\r|\n")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what no importer expects in a text
SHOWN = 10  # characters that a reason names


@dataclass(frozen=True)
class TextRules:
    """Rules by which values become text."""

    encoding: str = "utf-8"
    dates: str = "iso"
    line_breaks: str = "keep"
    yes: str = "1"
    no: str = "0"

    @property
    def writes_every_script(self) -> bool:
        return self.encoding.startswith("utf-8")

    def line(self, columns: Sequence[Column], values: Sequence[FieldValue]) -> list[str]:
        """Return the texts of a line. Raise ``ValuesDoNotFit`` with all fields that cannot be written."""
        texts, reasons = [], []
        for column, value in zip(columns, values, strict=True):
            try:
                texts.append(self.text(value, column.length))
            except ValueError as fault:
                reasons.append(FieldReason(field=column.name, text=str(fault)))
        if reasons:
            raise ValuesDoNotFit(reasons)
        return texts

    def text(self, value: FieldValue, length: int = 0) -> str:
        """Return a value as text. Raise ValueError with the reason, for an agent, if it cannot be written."""
        text = self._plain(value)
        if not self.writes_every_script:
            text = unicodedata.normalize("NFC", text)  # é as one character exists in Western encodings
        if BREAK.search(text) and self.line_breaks != "keep":
            if self.line_breaks == "refuse":
                raise ValueError(_("It has several lines, and the format allows one."))
            text = BREAK.sub(" ", text)
        if CONTROL.search(text):
            raise ValueError(_("It has control characters."))
        if lacking := lacking_characters(text, self.encoding):
            raise ValueError(
                _("The encoding %(encoding)s lacks: %(characters)s")
                % {"encoding": self.encoding, "characters": lacking}
            )
        if length and len(text) > length:
            raise ValueError(
                _("It has %(count)s characters, and the format allows %(most)s.")
                % {"count": len(text), "most": length}
            )
        return text

    def _plain(self, value: FieldValue) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.yes if value else self.no
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, int | str):
            return str(value)
        raise ValueError(_("Its type cannot be written."))

    def _day(self, value: date) -> str:
        separator, day_first = DATES[self.dates]
        parts = [f"{value.year:04}", f"{value.month:02}", f"{value.day:02}"]
        return separator.join(reversed(parts) if day_first else parts)

    def _moment(self, value: datetime) -> str:
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        if self.dates == "iso":
            return local.isoformat(timespec="seconds")
        clock = "%H%M%S" if self.dates == "compact" else " %H:%M:%S"
        return self._day(local) + local.strftime(clock)


def read_text_rules(configuration: Configuration, *, encodings=ENCODINGS, line_breaks="keep") -> TextRules:
    """Return the configured rules. ``line_breaks``: the default."""
    return TextRules(
        encoding=configuration.choice("encoding", encodings, "utf-8"),
        dates=configuration.choice("dates", DATES, "iso"),
        line_breaks=configuration.choice("line_breaks", LINE_BREAKS, line_breaks),
        yes=configuration.text("yes", "1", most=20),
        no=configuration.text("no", "0", most=20),
    )


def lacking_characters(text: str, encoding: str) -> str:
    """Return the first characters that the encoding lacks; "" if it has all."""
    if _is_encodable(text, encoding):
        return ""
    lacking = dict.fromkeys(one for one in text if not _is_encodable(one, encoding))
    return " ".join([one if one.isprintable() else f"U+{ord(one):04X}" for one in lacking][:SHOWN])


def _is_encodable(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
