"""Task that wakes a worker for a case. The case's ``due_at`` stores that it is due."""

from django.tasks import task

from . import process


@task()
def advance_case(case_id: str) -> None:
    """Run the process of the case. Harmless if it is not due any more."""
    process.advance_case(case_id)
