"""Tasks that run due lookups. The row of a lookup has its time, as ``due_at``."""

from django.tasks import task


@task()
def run_check(check_id: int) -> None:
    """Ask the register for a check; without effect if it is not due."""
    from . import actions  # circular import: actions enqueue this task

    actions.run_check(check_id)


@task()
def screen(screening_id: int) -> None:
    """Screen a case for protected addresses; without effect if it is not due."""
    from . import actions

    actions.screen(screening_id)


@task()
def refresh_record(entry_id: int) -> None:
    """Ask the register about an account's person; without effect if it is not due."""
    from . import actions

    actions.refresh_record(entry_id)


@task()
def post_code(code_id: int) -> None:
    """Ask the register for the address of a posted code; without effect if it is not due."""
    from . import actions

    actions.post_code(code_id)
