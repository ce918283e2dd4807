"""The report of a run of the bench: JSON for machines, and Markdown that a person signs. Pure."""

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .clauses import Exchange, Result, Suite, Verdict

SIGNATURE = """## Signature

We ran this bench against our test system, and the file with the digest above is what it wrote.

| | |
|---|---|
| Company | |
| System and version | |
| Name | |
| Place and date | |
| Signature | |
"""


@dataclass(frozen=True)
class Report:
    """A finished run. ``address``: without user and password. ``version``: of this product."""

    suite: Suite
    address: str
    version: str
    began_at: datetime
    ended_at: datetime
    results: list[Result]

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(result.verdict for result in self.results)

    @property
    def is_passed(self) -> bool:
        """True if no clause is broken, and at least one is kept."""
        return not self.counts[Verdict.BROKEN] and bool(self.counts[Verdict.KEPT])


def report_json(report: Report) -> str:
    """Return the report for machines."""
    data = {
        "format": 1,
        "suite": report.suite.kind,
        "clauses": report.suite.digest,
        "address": report.address,
        "version": report.version,
        "began_at": report.began_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "passed": report.is_passed,
        "results": [_result_data(result) for result in report.results],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _result_data(result: Result) -> dict[str, Any]:
    return {
        "clause": result.clause.key,
        "text": result.clause.text,
        "verdict": result.verdict.value,
        "reason": result.reason,
        "at": result.at.isoformat(),
        "seconds": round(result.seconds, 3),
        "exchanges": [
            {"sent": one.sent, "came": one.came, "seconds": round(one.seconds, 3)} for one in result.exchanges
        ],
    }


def report_markdown(report: Report, json_text: str, json_name: str) -> str:
    """Return the report for people, with the digest of its JSON and a place to sign."""
    digest = hashlib.sha256(json_text.encode()).hexdigest()
    head = [
        f"# {report.suite.name}: report of the bench",
        "",
        f"**{summary_of(report)}**",
        "",
        "| | |",
        "|---|---|",
        f"| Address | {_cell(report.address)} |",
        f"| Began | {report.began_at.isoformat(timespec='seconds')} |",
        f"| Ended | {report.ended_at.isoformat(timespec='seconds')} |",
        f"| Version | {report.version} |",
        f"| Clauses | `{report.suite.digest}` |",
        f"| SHA-256 of `{json_name}` | `{digest}` |",
        "",
        "| Clause | Demand | Verdict | Seconds | What came instead |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| {one.clause.key} | {_cell(one.clause.text)} | {one.verdict} | {one.seconds:.2f} | {_cell(one.reason)} |"
        for one in report.results
    ]
    detail = [line for result in report.results for line in _exchanges(result)]
    return "\n".join([*head, *rows, "", SIGNATURE, "## What was sent, and what came", "", *detail])


def summary_of(report: Report) -> str:
    """Return how many clauses are kept, broken and not tried."""
    return ", ".join(f"{report.counts[verdict]} {verdict}" for verdict in Verdict)


def _exchanges(result: Result) -> Iterable[str]:
    yield f"### {result.clause.key}: {result.verdict}"
    yield ""
    for one in result.exchanges:
        yield from _exchange(one)


def _exchange(one: Exchange) -> Iterable[str]:
    yield from _block(one.sent)
    yield f"After {one.seconds:.2f} seconds:"
    yield ""
    yield from _block(one.came)


def _block(text: str) -> Iterable[str]:
    """Yield a block of code that the text cannot end."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence, text, fence, "")


def _cell(text: str) -> str:
    """Return a text that fits in a cell of a table."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
