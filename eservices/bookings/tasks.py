"""Task that imports a calendar. When it is due is stored in its row."""

from django.tasks import task

from home.scheduling.task_queues import SLOW


@task(queue_name=SLOW)
def import_calendar(feed_id: int) -> None:
    from .actions.calendar_import import import_calendar as read

    read(feed_id)
