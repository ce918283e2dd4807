"""Clauses of a contract, and how they are tried one after another.

A clause is a sentence of ``docs/connectors.md`` with a function that tries it. The function returns if the other system
keeps the clause, and raises ``ClauseBroken`` or ``NotTried`` otherwise.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from home.web.http_client import HttpError, HttpTimeout

LONGEST_REASON = 500  # characters


class ClauseBroken(Exception):
    """The other system does not keep the clause. The message is what it did instead."""


class NotTried(Exception):
    """The clause could not be tried. The message is the reason."""


class Verdict(StrEnum):
    """The result of a clause."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Exchange:
    """A request of the bench and its answer, as the report shows them, and the seconds between them.

    ``answered``: whether an answer came.
    """

    sent: str
    came: str
    seconds: float
    answered: bool = True


class Trial:
    """The state of a run: what is known of the other system, and the exchanges of the clause that is tried.

    ``sample``: what the supplier told of the data of its test system. ``within``: seconds in which an answer must come.
    ``wait``: seconds in which a decision must come, if it follows later.
    """

    def __init__(self, sample: dict[str, Any], *, within: float, wait: float = 60):
        self.sample, self.within, self.wait = sample, within, wait
        self.exchanges: list[Exchange] = []
        self.slowest = 0.0  # seconds of the slowest exchange of all clauses
        self.is_answered = False  # at least once
        self.broken: set[str] = set()  # keys of clauses

    def note(self, exchange: Exchange) -> None:
        """Remember an exchange for the report."""
        self.exchanges.append(exchange)
        self.slowest = max(self.slowest, exchange.seconds)
        self.is_answered |= exchange.answered

    def take_exchanges(self) -> list[Exchange]:
        """Return the exchanges since the last call."""
        found, self.exchanges = self.exchanges, []
        return found

    def depend_on(self, key: str) -> None:
        """Raise ``NotTried`` if a clause is broken without which this one cannot be told from it."""
        if key in self.broken:
            raise NotTried(f"{key} is broken.")

    def require(self, name: str) -> Any:
        """Return a value of the sample. Raise ``NotTried`` if the supplier gave none."""
        if not self.sample.get(name):
            raise NotTried(f"The sample has no “{name}”.")
        return self.sample[name]


@dataclass(frozen=True)
class Clause:
    """A demand on the other system. ``key``: constant, as B3; ``text``: the sentence that the documentation has too."""

    key: str
    text: str
    check: Callable[[Any], None]  # takes the kind of trial that the suite needs


@dataclass(frozen=True)
class Suite:
    """The contract of a kind of system."""

    kind: str
    name: str
    clauses: tuple[Clause, ...]

    @property
    def digest(self) -> str:
        """A short digest of the clauses, by which two reports can be compared."""
        lines = "\n".join(f"{clause.key} {clause.text}" for clause in self.clauses)
        return hashlib.sha256(lines.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Result:
    """The verdict on a clause, with its reason unless it is kept."""

    clause: Clause
    verdict: Verdict
    reason: str
    at: datetime
    seconds: float
    exchanges: list[Exchange] = field(default_factory=list)


def try_suite(suite: Suite, trial: Trial) -> Iterator[Result]:
    """Yield the result of each clause, in their order."""
    for clause in suite.clauses:
        began, at = time.monotonic(), timezone.now()
        verdict, reason = judge_clause(clause, trial)
        if verdict == Verdict.BROKEN:
            trial.broken.add(clause.key)
        yield Result(clause, verdict, reason, at, time.monotonic() - began, trial.take_exchanges())


def judge_clause(clause: Clause, trial: Trial) -> tuple[Verdict, str]:
    """Return the verdict on a clause and its reason, "" if it is kept."""
    try:
        clause.check(trial)
    except ClauseBroken as fault:
        return Verdict.BROKEN, printable_reason(fault)
    except NotTried as fault:
        return Verdict.NOT_TRIED, printable_reason(fault)
    except HttpTimeout:
        return Verdict.BROKEN, "No answer came."
    except HttpError as fault:
        return Verdict.BROKEN, printable_reason(f"No usable answer came: {fault}.")
    return Verdict.KEPT, ""


def printable_reason(reason: object) -> str:
    """Return a reason without control characters, which the other system may have sent to a terminal. Pure."""
    return "".join(one if one.isprintable() else " " for one in str(reason))[:LONGEST_REASON]


def expect_that(holds: object, instead: str) -> None:
    """Raise ``ClauseBroken`` with what came instead, unless it holds."""
    if not holds:
        raise ClauseBroken(instead)


def check_time(trial: Trial) -> None:
    """Check that all answers of the run so far came, and in time."""
    if not trial.is_answered:
        raise NotTried("There is no answer.")
    expect_that(trial.slowest <= trial.within, f"After {trial.slowest:.1f} seconds an answer came, or none.")
