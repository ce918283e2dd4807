"""Filters for log records."""

import logging
import re
from collections.abc import Iterator
from copy import copy
from itertools import chain

MASK = "…"
# A path segment that may be a secret: long, and with a capital letter, which addresses of pages never have; or as long
# as our secrets, and with a digit or an underscore.
SEGMENT = re.compile(r"(?<=/)((?=[\w.:-]*[A-Z])[\w.:-]{12,}|(?=[\w-]*[\d_])[\w-]{22}(?![\w-]))")
# Segments after these prefixes are secrets, whatever their spelling: operators choose some, and people type codes.
PREFIXED = re.compile(
    r"(/(?:canaux/sms|infolettre/mailchimp|infolettre/sms/code|infolettre/sms|v|remis)/)(?!code/)[^/?\s\"']+",
    re.IGNORECASE,
)
QUERY = re.compile(r"(/[^?\s\"']*\?)[^\s\"']+")  # typed texts, and tokens of forms
REFERENCE = re.compile(r"[A-Z]{1,8}-\d\d-\d+(\.\d+)?")  # the reference of a case, which gives no access
# E-mail addresses and passwords in addresses of servers; telephone numbers; AHV numbers and IBANs.
PERSONAL = (
    re.compile(r"[^\s<>\"'(,;:/=]+@[^\s<>\"'),;/]+\w"),
    re.compile(r"\+\d[\d ().-]{7,}\d"),
    re.compile(r"\b756\.\d{4}\.\d{4}\.\d\d\b|\b[A-Z]{2}\d\d(?: ?[\dA-Z]{4}){3,7}(?: ?[\dA-Z]{1,3})?\b"),
)
# PostgreSQL shows the values of a refused row. They may have line breaks: ``database_details`` knows where they end.
DETAIL = re.compile(r"(DETAIL: |Failing row contains|Key \([^)]*\)=).*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|«[^»]*»|‘[^’]*’")


class MaskSecrets(logging.Filter):
    """A filter that masks secrets of private links, and personal data, in a message and its traceback."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        masked = copy(record)  # other handlers get the unchanged record
        args = record.args if isinstance(record.args, tuple) else ()
        faults = [arg for arg in args if isinstance(arg, Exception)]
        masked.msg, masked.args = mask_message(record.getMessage(), *faults), None
        if record.exc_info and record.exc_info[1]:
            text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            masked.exc_text = mask_message(text, record.exc_info[1])
        return masked


def mask_message(text: str, *faults: BaseException) -> str:
    """Mask secrets in paths, personal data, and the values that ``faults`` name in ``text``."""
    for fault in chain.from_iterable(map(_exception_chain, faults)):
        for detail in database_details(fault):
            text = text.replace(detail, MASK)
        if is_about_a_value(fault) and (said := str(fault)):
            text = text.replace(said, QUOTED.sub(MASK, said))
    text = DETAIL.sub(rf"\1{MASK}", mask_secrets(text))
    for pattern in PERSONAL:
        text = pattern.sub(MASK, text)
    return text


def mask_secrets(text: str) -> str:
    """Mask secrets in the paths of ``text``."""
    text = PREFIXED.sub(rf"\1{MASK}", QUERY.sub(rf"\1{MASK}", text))
    return SEGMENT.sub(lambda found: found[0] if REFERENCE.fullmatch(found[0]) else MASK, text)


def database_details(fault: BaseException) -> Iterator[str]:
    """Yield what PostgreSQL says about the values of a refused row."""
    diagnosis = getattr(fault, "diag", None)
    for name in ("message_detail", "context", "message_hint"):
        if detail := getattr(diagnosis, name, None):
            yield detail


def is_about_a_value(fault: BaseException) -> bool:
    """Return whether the message of an exception quotes what it could not use."""
    names = {kind.__name__ for kind in type(fault).__mro__}
    return bool(names & {"ValueError", "ValidationError", "DataError"})


def _exception_chain(fault: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that caused it, each once."""
    waiting, seen = [fault], set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]
