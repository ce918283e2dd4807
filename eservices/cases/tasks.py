"""The wake-up of a case. What must happen stands in its row, as ``due_at``."""

from django.tasks import task


@task()
def advance_case(case_id: str) -> None:
    """Runs the process of the case; harmless if it is not due any more."""
    from . import process  # the process calls actions, and actions wake this task

    process.advance_case(case_id)
