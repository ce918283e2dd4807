"""The door to an entry for who keeps it: the mailed secret, as long as its address is the keeper's."""

from datetime import datetime

from django.http import Http404

from .models import DirectoryEntry, KeeperLink


class LinkExpired(Exception):
    """The link was right once, and its time is over."""


def by_link(secret: str, now: datetime) -> KeeperLink:
    """Raises Http404 where unknown or where somebody else keeps the entry now, LinkExpired where too old."""
    for link in KeeperLink.objects.filter(secret=secret).select_related("entry__theme"):
        if link.entry.keeper.lower() != link.email:
            break
        if link.expires_at <= now:
            raise LinkExpired
        return link
    raise Http404


def entries_of(email: str) -> list[DirectoryEntry]:
    """What is kept under an address."""
    return list(DirectoryEntry.objects.filter(shown=True).kept_by(email).order_by("sort_name", "pk"))
