"""Access of a keeper to a directory entry: by the e-mailed secret, as long as its address is the keeper's."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from eservices.accounts.email_addresses import is_same
from home.web.shortcuts import get_or_404

from .models import DirectoryEntry, KeeperLink


def keeper_link_by_secret(secret: str, now: datetime) -> KeeperLink:
    """Return the link with this secret.

    Raise Http404 if it is unknown or the entry has another keeper now, LinkExpired if it is too old.
    """
    link = get_or_404(KeeperLink.objects.select_related("entry__theme"), secret=secret)
    if not is_same(link.entry.keeper, link.email):
        raise Http404
    link.check_not_expired(now)
    return link


def entries_of(email: str) -> list[DirectoryEntry]:
    """Return the shown entries with this keeper address."""
    return list(all_entries_of(email).filter(shown=True))


def all_entries_of(email: str) -> QuerySet[DirectoryEntry]:
    """Return all entries with this keeper address, shown or not."""
    return DirectoryEntry.objects.looked_after_by(email).order_by("sort_name", "pk")
