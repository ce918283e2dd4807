"""Filters of what is written to logs."""

import logging
import re
from copy import copy

MASK = "…"
# A segment of a path that may open something: long, and with a capital letter, which addresses of pages never have.
SEGMENT = re.compile(r"(?<=/)(?=[\w.:-]*[A-Z])[\w.:-]{12,}")
# What follows these opens something too, however it is spelled: operators choose these secrets, and people type codes.
PREFIXED = re.compile(
    r"(/(?:canaux/sms|infolettre/mailchimp|infolettre/sms/code|infolettre/sms|v|remis)/)(?!code/)[^/?\s\"']+",
    re.IGNORECASE,
)
QUERY = re.compile(r"(/[^?\s\"']*\?)[^\s\"']+")  # what is typed, and tokens of forms
REFERENCE = re.compile(r"[A-Z]{1,8}-\d\d-\d+(\.\d+)?")  # of a case: for people, opens nothing


class MaskSecrets(logging.Filter):
    """Replaces the secrets of private links and the codes of documents in the paths that a message names."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        message = record.getMessage()
        if (masked := mask_secrets(message)) == message:
            return record
        record = copy(record)  # other handlers get the record as it is
        record.msg, record.args = masked, None
        return record


def mask_secrets(text: str) -> str:
    """Replace what may open something in the paths of ``text``."""
    text = PREFIXED.sub(rf"\1{MASK}", QUERY.sub(rf"\1{MASK}", text))
    return SEGMENT.sub(lambda found: found[0] if REFERENCE.fullmatch(found[0]) else MASK, text)
