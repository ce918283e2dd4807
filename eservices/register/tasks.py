"""Wake-ups. What must be asked stands in its row, as ``due_at``."""

from django.tasks import task


@task()
def run_check(check_id: int) -> None:
    """Asks the register for a check; harmless if it is not due any more."""
    from . import actions  # actions wake this task

    actions.run_check(check_id)


@task()
def screen(screening_id: int) -> None:
    """Screens a case for protected addresses; harmless if it is not due any more."""
    from . import actions

    actions.screen(screening_id)


@task()
def refresh_record(entry_id: int) -> None:
    """Asks the register about an account's person; harmless if it is not due any more."""
    from . import actions

    actions.refresh_record(entry_id)


@task()
def post_code(code_id: int) -> None:
    """Asks the register where a code is to be posted; harmless if it is not due any more."""
    from . import actions

    actions.post_code(code_id)
