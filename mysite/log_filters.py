"""Filters for log records."""

import logging
import re
from copy import copy

MASK = "…"
# A path segment that may be a secret: long, and with a capital letter, which addresses of pages never have.
SEGMENT = re.compile(r"(?<=/)(?=[\w.:-]*[A-Z])[\w.:-]{12,}")
# Segments after these prefixes are secrets, whatever their spelling: operators choose some, and people type codes.
PREFIXED = re.compile(
    r"(/(?:canaux/sms|infolettre/mailchimp|infolettre/sms/code|infolettre/sms|v|remis)/)(?!code/)[^/?\s\"']+",
    re.IGNORECASE,
)
QUERY = re.compile(r"(/[^?\s\"']*\?)[^\s\"']+")  # typed texts, and tokens of forms
REFERENCE = re.compile(r"[A-Z]{1,8}-\d\d-\d+(\.\d+)?")  # the reference of a case, which gives no access


class MaskSecrets(logging.Filter):
    """A filter that masks secrets of private links and codes of documents in the paths of a message."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        message = record.getMessage()
        if (masked := mask_secrets(message)) == message:
            return record
        record = copy(record)  # other handlers get the unchanged record
        record.msg, record.args = masked, None
        return record


def mask_secrets(text: str) -> str:
    """Mask secrets in the paths of ``text``."""
    text = PREFIXED.sub(rf"\1{MASK}", QUERY.sub(rf"\1{MASK}", text))
    return SEGMENT.sub(lambda found: found[0] if REFERENCE.fullmatch(found[0]) else MASK, text)
