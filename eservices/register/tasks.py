"""Tasks that run due lookups. The row of a lookup has its time, as ``due_at``."""

from django.tasks import task

from . import actions
from .models import PostedCode, RegisterCheck, ResidentRecord, Screening


@task()
def run_check(check_id: int) -> None:
    """Ask the register for a check; without effect if it is not due."""
    actions.run_check(check_id)


@task()
def screen(screening_id: int) -> None:
    """Screen a case for protected addresses; without effect if it is not due."""
    actions.screen(screening_id)


@task()
def refresh_record(entry_id: int) -> None:
    """Ask the register about an account's person; without effect if it is not due."""
    actions.refresh_record(entry_id)


@task()
def post_code(code_id: int) -> None:
    """Ask the register for the address of a posted code; without effect if it is not due."""
    actions.post_code(code_id)


# The task of each kind of row, and in this order they are woken.
LOOKUPS = {Screening: screen, RegisterCheck: run_check, ResidentRecord: refresh_record, PostedCode: post_code}
