"""Filter of log records that counts outages instead of repeating them."""

import logging

from home.runtime.outages import OUTAGES, outage_of, record_outage


class CountOutages(logging.Filter):
    """A filter that drops what an outage causes: it is counted, and logged as one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record_outage(_fault(record))
        return not is_caused_by_outage(record)


def is_caused_by_outage(record: logging.LogRecord) -> bool:
    """Return whether a record is the traceback of an outage, or a probe that was told of one (503)."""
    if outage_of(_fault(record)):
        return True
    refused = getattr(record, "status_code", None) == 503
    return refused and any(outage.read_count() for outage in OUTAGES)


def _fault(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None
