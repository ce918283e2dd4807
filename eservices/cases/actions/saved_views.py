"""What agents mark cases with, and what they keep of the queue."""

from wagtail.log_actions import log

from eservices.accounts.models import User

from ..models import QueueLayout, SavedView


def save_view(*, actor: User, view: SavedView) -> SavedView:
    """Keeps a view of the queue under its name, the actor's own or a team's."""
    view.owner = actor
    view.save()
    return view


def delete_view(*, actor: User, view: SavedView) -> None:
    """Forgets a view. The cases in it stay."""
    view.delete()


def log_export(*, actor: User, query: str, kind: str, **answers) -> None:
    """Keeps in Wagtail's log who took the list of cases away as a file, and how it was narrowed.

    ``answers``: where they stand in it, of which service they are (``answers_of``) and of how many ``cases``.
    """
    log(instance=actor, action="cases.export", user=actor, data={"filters": query, "format": kind} | answers)


def save_queue_layout(*, actor: User, columns: list[str], dense: bool) -> None:
    """Keeps how the actor wants to see the queue."""
    QueueLayout.objects.update_or_create(user=actor, defaults={"columns": columns, "dense": dense})
