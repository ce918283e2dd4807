"""The wake-up of a calendar to be read. When it is due stands in its row."""

from django.tasks import task


@task()
def read_feed(feed_id: int) -> None:
    from .actions.importing import read_feed as read

    read(feed_id)
