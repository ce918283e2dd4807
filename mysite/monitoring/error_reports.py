"""Reports of errors to a server that understands those of Sentry (Sentry, GlitchTip, Bugsink), if one is set.

Only what the log has is sent, masked as there: no request, no variables, no name of this machine.
"""

import logging
from functools import partial
from typing import Any

from home.runtime.forked_processes import before_exit
from home.runtime.log_context import log_context
from home.runtime.outages import outage_of

from .. import __version__
from ..log_filters import mask_message
from .outage_filter import is_caused_by_outage

PARTS = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk")
FRAME_PARTS = (
    *("filename", "abs_path", "module", "function", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),  # lines of the program
)
FLUSH_SECONDS = 2  # for reports that wait when a process ends
LONGEST = 100_000  # characters; a shortened message would not be recognized when it is masked


def start_error_reports(address: str, environment: str) -> None:
    """Send each line of the log from ERROR on, with its traceback. The library is loaded only here."""
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=address,
        release=__version__,
        environment=environment,
        default_integrations=False,  # that of Django adds requests and users
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            AtexitIntegration(callback=lambda pending, timeout: None),
            DedupeIntegration(),
            ExcepthookIntegration(),
        ],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        max_value_length=LONGEST,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=mask_report,
    )
    before_exit.append(partial(sentry_sdk.flush, timeout=FLUSH_SECONDS))


def mask_report(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Build a report of what is known to be harmless; None for a failure that is part of an outage."""
    fault, record = (hint.get("exc_info") or (None, None, None))[1], hint.get("log_record")
    if outage_of(fault) or (record and is_caused_by_outage(record)):
        return None  # the line about the outage is reported
    report = {name: event[name] for name in PARTS if name in event} | {"tags": log_context()}
    if record:
        faults = [arg for arg in (record.args or ()) if isinstance(arg, Exception)]
        report["logentry"] = {"formatted": mask_message(record.getMessage(), *faults, *_real(fault))}
    if values := event.get("exception", {}).get("values"):
        report["exception"] = {"values": [_mask_exception(value, fault) for value in values]}
    return report


def _mask_exception(value: dict[str, Any], fault: BaseException | None) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": mask_message(value.get("value") or "", *_real(fault)),
        "stacktrace": {
            "frames": [{name: frame[name] for name in FRAME_PARTS if name in frame} for frame in frames]
        },
    }


def _real(fault: BaseException | None) -> list[BaseException]:
    return [fault] if fault else []
