"""Saved views and layout of the case queue, and the log of exports."""

from typing import Any

from wagtail.log_actions import log

from eservices.accounts.models import User

from ..models import QueueLayout, SavedView


def save_view(*, actor: User, view: SavedView) -> SavedView:
    """Save a view of the queue under its name, for the actor or for a team."""
    view.owner = actor
    view.save()
    return view


def delete_view(*, actor: User, view: SavedView) -> None:
    """Delete a saved view. Its cases are not affected."""
    view.delete()


def log_export(*, actor: User, query: str, kind: str, **answers: Any) -> None:
    """Record in Wagtail's log who exported the list of cases, and with which filters.

    ``answers``: if the export contains answers, their service (``answers_of``) and the number of ``cases``.
    """
    log(instance=actor, action="cases.export", user=actor, data={"filters": query, "format": kind} | answers)


def save_queue_layout(*, actor: User, columns: list[str], dense: bool) -> None:
    """Save how the actor wants to see the queue."""
    QueueLayout.objects.update_or_create(user=actor, defaults={"columns": columns, "dense": dense})
