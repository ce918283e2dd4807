"""Filter of log records that counts outages instead of repeating them."""

import logging

from home.runtime.outages import record_outage


class CountOutages(logging.Filter):
    """A filter that drops a record with the traceback of an outage, which is counted and logged as one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and record_outage(record.exc_info[1]))
