"""Common parts of all lookups in the population register: claim, query, retry times."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Manager, Model, QuerySet
from django.utils import timezone

from .. import comparison
from ..comparison import Match, MatchResult
from ..persons import DeclaredPerson, RegisterPerson
from ..population_register import PopulationRegister, RegisterUnavailable

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)  # longer than any answer takes; a worker whose claim ends counts as dead
MOST_SEARCHED = 8  # people outside the household who are searched for one case: a search takes seconds
RETRY_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 120, 300, 600))


def ask_and_compare(
    asked: Callable[[], PopulationRegister], said: DeclaredPerson, required: list[str]
) -> Match:
    """Compare a declared person with the register ``asked``. Raise ``RegisterUnavailable`` without a usable answer."""
    return ask_with_others(asked, said, required, ())[0]


def candidates(asked: Callable[[], PopulationRegister], said: DeclaredPerson) -> list[RegisterPerson]:
    """Return the persons who may be the declared one. Raise ``RegisterUnavailable`` without a usable answer."""
    return _useful(lambda: list(asked().find(said)))


def _useful[Answer](ask: Callable[[], Answer]) -> Answer:
    """Return the register's answer. Raise ``RegisterUnavailable`` instead of any other exception."""
    try:
        return ask()
    except RegisterUnavailable:
        raise
    except Exception as fault:
        logger.exception("The register could not be asked")
        raise RegisterUnavailable(f"{type(fault).__name__}: {fault}"[:500]) from fault


def ask_with_others(
    asked: Callable[[], PopulationRegister],
    said: DeclaredPerson,
    required: list[str],
    others: Sequence[DeclaredPerson],
) -> tuple[Match, list[Match]]:
    """Compare the applicant and the ``others`` with the register.

    Raise ``RegisterUnavailable`` without a usable answer.
    """

    def compare() -> tuple[Match, list[Match]]:
        register = asked()
        finding = comparison.find_match(said, register.find(said), required)
        return finding, _find_others(register, said, finding, others)

    return _useful(compare)


def _find_others(
    register: PopulationRegister, said: DeclaredPerson, finding: Match, others: Sequence[DeclaredPerson]
) -> list[Match]:
    """Find each of ``others`` in the applicant's household; else return close candidates for an agent."""
    if not others:
        return []
    applicant = finding.people[0] if finding.outcome == MatchResult.MATCH else None
    home = register.household(applicant.key) if applicant else []
    address = applicant.address if applicant else said.address
    today, found = timezone.localdate(), []
    for place, other in enumerate(others):
        at_home = comparison.find_at_home(other, home, [], address, today)
        if at_home.outcome != MatchResult.MATCH and place < MOST_SEARCHED:
            at_home = comparison.find_at_home(other, home, register.find(other), address, today)
        found.append(at_home)
    return found


def claim_row[M: Model](rows: Manager[M] | QuerySet[M], pk: int | UUID | str) -> M | None:
    """Claim the row for this worker during ``CLAIM``; None if it is not due or another worker has it."""
    now = timezone.now()
    if not rows.filter(pk=pk, due_at__lte=now).update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return rows.get(pk=pk)


def claim_on(rows: QuerySet[Any]) -> datetime | None:
    """Extend the claim of a row by ``CLAIM`` and return its end; None if this worker lost the claim."""
    until = timezone.now() + CLAIM
    return until if rows.update(due_at=until) else None


def retry_pause(attempts: int) -> timedelta:
    """Return the pause after this number of attempts."""
    return RETRY_PAUSES[min(attempts, len(RETRY_PAUSES)) - 1]
