"""Traces for a collector that understands OTLP, the protocol of OpenTelemetry, if one is set.

A trace has what metrics and log have: parts of the site, methods, statuses, numbers and times. It has no address, no
SQL, no visitor and no name of this machine.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import connection
from django.tasks import TaskResultStatus
from django.tasks.signals import task_finished, task_started
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, get_current_span, get_tracer, set_tracer_provider

from home.runtime.forked_processes import before_exit
from home.runtime.log_context import log_context

from .. import __version__
from .request_counters import METHODS, part_of_site

FLUSH_MILLISECONDS = 2000  # for spans that wait when a process ends
_task: ContextVar[ExitStack] = ContextVar("traced_task")


def start_tracing(collector: str, environment: str) -> None:
    """Send a span of each request and task. ``OTEL_EXPORTER_OTLP_HEADERS``, which the library reads, holds a key."""
    resource = {
        "service.name": "commune",
        "service.version": __version__,
        "deployment.environment.name": environment,
    }
    provider = TracerProvider(resource=Resource(resource))
    exporter = OTLPSpanExporter(endpoint=f"{collector.rstrip('/')}/v1/traces")
    # The thread of the processor takes no signal: a parent waits for them in its own.
    former = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    signal.pthread_sigmask(signal.SIG_SETMASK, former)
    set_tracer_provider(provider)
    before_exit.append(partial(provider.force_flush, timeout_millis=FLUSH_MILLISECONDS))
    task_started.connect(begin_task_span)
    task_finished.connect(end_task_span)


class _Queries:
    """Number and time of the queries of a span."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - began


@contextmanager
def _open_span(name: str, kind: SpanKind) -> Iterator[Any]:
    """Open a span, which ends with its queries and the facts of the log. An exception is no part of it."""
    queries = _Queries()
    tracer = get_tracer("commune", __version__)
    with (
        connection.execute_wrapper(queries),
        tracer.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False
        ) as span,
    ):
        try:
            yield span
        finally:
            facts = {f"commune.{name}": value for name, value in log_context().items()}
            span.set_attributes(
                facts | {"db.query.count": queries.count, "db.seconds": round(queries.seconds, 6)}
            )


class RequestTracing:
    """Spans of requests, around all middlewares that follow."""

    def __init__(self, get_response: Callable[[Any], Any]):
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Return the answer to a request, and send a span of it."""
        with _open_span("request", SpanKind.SERVER) as span:
            response = self.get_response(request)
            _describe(span, request, response.status_code)
        return response


def _describe(span: Span, request: Any, status: int) -> None:
    method = request.method if request.method in METHODS else "_OTHER"  # as OpenTelemetry names it
    part, match = part_of_site(request), request.resolver_match
    span.update_name(f"{method} {match.view_name if match and part != 'page' else part}")
    span.set_attributes(
        {"http.request.method": method, "http.response.status_code": status, "commune.part": part}
    )
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def begin_task_span(task_result: Any, **_signal: object) -> None:
    """Open the span of a task that begins."""
    stack = ExitStack()
    stack.enter_context(_open_span(task_result.task.module_path, SpanKind.CONSUMER))
    _task.set(stack)


def end_task_span(task_result: Any, **_signal: object) -> None:
    """End the span of the task that ended."""
    if stack := _task.get(None):
        if task_result.status == TaskResultStatus.FAILED:
            get_current_span().set_status(StatusCode.ERROR)
        stack.close()
