"""Findings of the doctor, as text and as JSON. Standard library only: it also reports settings that cannot be read."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

OK, WARNING, ERROR = "ok", "warning", "error"
EXIT_CODES = {OK: 0, WARNING: 1, ERROR: 2}


@dataclass(frozen=True)
class Finding:
    """The state of a thing, and what to do if it is not well."""

    level: str
    subject: str
    what: str
    todo: str = ""


def worst_level(findings: Iterable[Finding]) -> str:
    """Return the worst level; ``ok`` without findings."""
    return max((finding.level for finding in findings), key=EXIT_CODES.__getitem__, default=OK)


def as_text(findings: Iterable[Finding]) -> str:
    """Return the findings for a terminal, the worst first."""
    lines = []
    for finding in sorted(findings, key=lambda one: -EXIT_CODES[one.level]):
        lines.append(f"{finding.level.upper():8}{finding.subject}: {finding.what}")
        lines += [f"{'':8}→ {finding.todo}"] if finding.todo else []
    return "\n".join(lines) + "\n"


def as_json(findings: list[Finding]) -> str:
    """Return the findings for a monitor."""
    found = {"status": worst_level(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def unusable_settings(fault: Exception) -> Finding:
    """Return the finding about settings with which nothing starts."""
    todo = "Put it right in /etc/commune/commune.env; docs/settings.md lists all variables."
    return Finding(ERROR, "settings", str(fault), todo)
