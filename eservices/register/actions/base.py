"""What every question to the register stands on: its claim, the asking, when it is tried again."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .. import comparing
from ..comparing import Finding
from ..people import Declared, Person
from ..registers import Away, Register

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)  # longer than any answer takes; afterwards the worker is taken for dead
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 120, 300, 600))


def ask(asked: Callable[[], Register], said: Declared, required: list[str]) -> Finding:
    """What ``asked`` says of somebody, compared with what they say; ``Away`` where it says nothing of use."""
    return comparing.find(said, candidates(asked, said), required)


def candidates(asked: Callable[[], Register], said: Declared) -> list[Person]:
    """Return whoever might be the person declared; raise ``Away`` if the register says nothing of use."""
    try:
        return list(asked().find(said))
    except Away:
        raise
    except Exception as fault:
        logger.exception("The register could not be asked")
        raise Away(f"{type(fault).__name__}: {fault}"[:500]) from fault


def claim(rows, pk):
    """The row, ours alone for a while; None where it is not due or another worker is at it."""
    now = timezone.now()
    if not rows.filter(pk=pk, due_at__lte=now).update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return rows.get(pk=pk)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def wake_worker(task, row) -> None:
    """A worker is woken for the row now; if that is lost, by the sweep."""
    transaction.on_commit(partial(task.enqueue, row.pk), robust=True)
