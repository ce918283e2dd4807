"""Formats of log lines: a line to read, or JSON. The time is UTC with its offset in both. Standard library only."""

import json
import logging
from datetime import UTC, datetime

from home.runtime.log_context import log_context

FACTS = ("status_code",)  # what Django adds to a record and has no personal data


class LineFormatter(logging.Formatter):
    """A line to read: ``2026-11-25T08:00:00.000+00:00 ERROR django.request Not Found: /x request=4f1c90``."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatTime(self, record, datefmt=None):  # noqa: N802 - of logging
        return utc_time(record)

    def formatMessage(self, record):  # noqa: N802
        facts = "".join(f" {name}={value}" for name, value in log_context().items())
        return super().formatMessage(record) + facts


class JsonFormatter(logging.Formatter):
    """A JSON object per line, for programs that collect logs."""

    def format(self, record):
        entry = {
            "time": utc_time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        entry |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)} | log_context()
        if record.exc_info or record.exc_text:
            entry["exception"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def utc_time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
