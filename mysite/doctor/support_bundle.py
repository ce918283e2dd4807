"""The file that an operator sends to ask for help: no secret, no personal data, no row of the database.

Values are left out unless they are known to be harmless, so that a new setting is not shown by mistake.
"""

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from django.db import DatabaseError, connection

from .. import __version__
from ..log_filters import mask_secrets
from ..settings import environment
from .findings import Finding

MASK = "…"
LOG_LINES = 2000
LIBRARIES = ("Django", "wagtail", "gunicorn", "psycopg", "pyhanko", "pillow")
HARMLESS = {
    "DJANGO_SETTINGS_MODULE", "ALLOWED_HOSTS", "COMMUNE_BASE_URL", "COMMUNE_NAME", "COMMUNE_COUNTRY",
    "COMMUNE_SUBDIVISION", "COMMUNE_CURRENCY", "COMMUNE_TIME_ZONE", "COMMUNE_LANGUAGE", "COMMUNE_VAR",
    "COMMUNE_UPLOAD_MAX_MB", "DISK_RESERVE_MB", "PAGE_CACHE", "TRUSTED_PROXIES", "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "LOG_LEVEL", "LOG_FORMAT", "LINK_CHECKS",
    "STAFF_SECOND_FACTOR", "STAFF_SESSION_HOURS", "SIGN_IN_RECORD_DAYS", "CASE_ARCHIVE", "REGISTER",
    "REGISTER_SCREENING", "PAYMENT_PROVIDERS", "NEWSLETTER_BACKEND", "NEWSLETTER_PER_MINUTE", "SMS_GATEWAY",
    "SMS_COUNTRIES", "STAFF_IDLE_MINUTES", "LINKEDIN_VERSION", "MAP_CENTRE", "DATABASE_REPLICA_LAG",
}  # fmt: skip
SERVERS = {
    "DATABASE_URL", "DATABASE_REPLICA_URL",
    "REDIS_URL", "MAIL_URL", "BOUNCE_MAILBOX_URL", "CLAMAV_URL", "GED_URL", "REGISTER_URL", "SEAL_URL",
    "SEAL_TSA_URL", "OIDC_ISSUER", "SMS_URL", "TILE_URL", "LIBRETRANSLATE_URL", "MASTODON_URL",
}  # fmt: skip

# A line of journalctl --output short-iso: time, host, program, message.
JOURNAL = re.compile(r"(?P<time>\S+) \S+ (?P<program>[\w.@-]+)\[\d+\]: (?P<message>.*)")
# Lines of ours, of gunicorn and of Python's tracebacks; no other line is shown.
OURS = re.compile(r"(?P<head>[\d-]+[ T][\d:,.]+(?:\+00:00)? [A-Z]+ [\w.]+ )(?P<text>.*)")
GUNICORN = re.compile(r"(?P<head>\[[\d-]+ [\d:]+ [+-]\d{4}\] \[\d+\] \[[A-Z]+\] )(?P<text>.*)")
FRAME = re.compile(r'Traceback \(most recent call last\):|  File "[^"]+", line \d+, in [\w<>.]+')
EXCEPTION = re.compile(r"(?P<head>(?:[a-z_]\w*\.)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception|Timeout)): .*")
PERSONAL = (
    re.compile(r"[^\s<>\"'(,;]+@[^\s<>\"'),;]+"),  # addresses
    re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"|'[^']*'"),  # what was typed or chosen
    re.compile(
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,}\b", re.IGNORECASE
    ),  # networks
    re.compile(r"\+?\d[\d\s./-]{5,}\d"),  # telephone numbers, insurance numbers, dates of birth
    re.compile(r"\b[A-ZÀ-Þ]{1,8}-\d\d-\d+(?:\.\d+)?\b"),  # references of cases
    re.compile(r"(?<=[\w,:;] )[A-ZÀ-Þ][\w’'-]*"),  # names: every word with a capital inside a sentence
)


def build_bundle(findings: Iterable[Finding], log: Iterable[str]) -> dict:
    """Return the contents: versions, settings, findings, and the last lines of the log."""
    return {
        "versions": read_versions(),
        "settings": dict(masked_settings()),
        "findings": [
            {"level": one.level, "subject": one.subject, "what": mask_personal(one.what)} for one in findings
        ],
        "log": [masked for line in list(log)[-LOG_LINES:] if (masked := mask_line(line.rstrip("\n")))],
    }


def read_versions() -> dict[str, str]:
    found = {
        "commune": __version__,
        "system": platform.platform(),
        "Python": platform.python_version(),
    }
    found |= {name: version(name) for name in LIBRARIES}
    try:
        connection.ensure_connection()
    except DatabaseError:
        return found | {"database": "does not answer"}
    database = getattr(connection, "pg_version", None) or getattr(connection.Database, "sqlite_version", "")
    return found | {"database": f"{connection.vendor} {database}"}


def masked_settings() -> Iterator[tuple[str, str]]:
    """Yield the variables that are set: the harmless ones, the servers without path and password, others masked."""
    for name in sorted(environment.asked & os.environ.keys()):
        value = os.environ[name]
        if name in HARMLESS:
            yield name, value
        elif name in SERVERS and (url := environment.split_url(value)).scheme:
            server = f"{url.hostname}{f':{url.port}' if url.port else ''}" if url.hostname else ""
            yield name, f"{url.scheme}://{server}/{MASK}"
        else:
            yield name, MASK if value else ""


def mask_line(line: str) -> str:
    """Return a line of the log without personal data and secrets; "" for a line whose form is not known."""
    entry = JOURNAL.fullmatch(line)
    head = f"{entry['time']} {entry['program']}: " if entry else ""
    message = entry["message"] if entry else line
    if message.startswith("{"):
        return head + mask_json(message)
    if FRAME.fullmatch(message):
        return head + message
    if found := EXCEPTION.fullmatch(message):
        return f"{head}{found['head']}: {MASK}"
    if found := OURS.fullmatch(message) or GUNICORN.fullmatch(message):
        return head + found["head"] + mask_personal(mask_secrets(found["text"]))
    return ""


def mask_json(line: str) -> str:
    """Return a line of the log in JSON (LOG_FORMAT) as lines to read, masked."""
    try:
        entry = json.loads(line)
        first = f"{entry['time']} {entry['level']} {entry['logger']} {entry['message']}"
        traceback = entry.get("exception", "").splitlines()
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    return "\n".join(filter(None, map(mask_line, [first.replace("\n", " "), *traceback])))


def mask_personal(text: str) -> str:
    """Mask addresses, quoted texts, networks, long numbers, references, and words that may be names."""
    for pattern in PERSONAL:
        text = pattern.sub(MASK, text)
    return text
