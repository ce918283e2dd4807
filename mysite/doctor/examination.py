"""The examination: all checks of the doctor. One that fails itself is a finding too."""

from collections.abc import Callable, Iterable, Iterator

from django.core.checks import WARNING as CHECK_WARNING
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.db import DatabaseError, connection

from home.web.error_messages import describe_error

from . import background, machine, remote_services
from .findings import ERROR, OK, WARNING, Finding, worst_level

Check = Callable[[], Iterable[Finding]]
WITHOUT_DATABASE: list[Check] = [
    machine.check_disk,
    machine.check_names,
    machine.check_certificate,
    machine.check_sender,
    remote_services.check_register,
]
WITH_TABLES: list[Check] = [
    machine.check_clock,
    machine.check_replica,
    background.check_processes,
    background.check_tasks,
    background.check_outbox,
    background.check_backup_age,
    remote_services.check_payment_providers,
]


def examine_installation() -> list[Finding]:
    """Return the findings of all checks. Those that need the database are left out if it or a table is missing."""
    try:
        connection.ensure_connection()
    except DatabaseError as fault:
        todo = "Does it run (systemctl status postgresql), and is DATABASE_URL right?"
        down = Finding(ERROR, "database", f"It does not answer: {str(fault).strip()}", todo)
        return [down, *_run(WITHOUT_DATABASE)]
    tables = list(_run([background.check_migrations]))
    others = _run(WITH_TABLES) if worst_level(tables) == OK else []
    return [*_run([check_settings]), *_run(WITHOUT_DATABASE), *tables, *others]


def check_settings() -> Iterator[Finding]:
    """Run the system checks, those of ``check --deploy`` too: they try every server that the settings name."""
    found = 0
    for check in registry.get_checks(include_deployment_checks=True):
        try:
            messages = list(check(app_configs=None, databases=["default"]))
        except Exception as fault:
            yield _failed(check, fault)
            messages = []
        for message in messages:
            if message.level >= CHECK_WARNING and not message.is_silenced():
                found += 1
                yield _of_message(message)
    if not found:
        yield Finding(OK, "settings", "All are right, and every server that they name answers.")


def _of_message(message: CheckMessage) -> Finding:
    level = ERROR if message.is_serious() else WARNING
    subject = (message.id or "settings").partition(".")[0]
    return Finding(level, subject, str(message.msg), str(message.hint or ""))


def _run(checks: Iterable[Check]) -> Iterator[Finding]:
    for check in checks:
        try:
            yield from list(check())
        except Exception as fault:
            yield _failed(check, fault)


def _failed(check: Callable, fault: Exception) -> Finding:
    name = getattr(check, "__name__", str(check))
    todo = "Is it a fault of this program? Send commune support-bundle to its makers."
    return Finding(ERROR, name, f"It could not be examined: {describe_error(fault)}", todo)
