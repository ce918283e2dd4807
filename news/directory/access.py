"""The door to an entry for who keeps it: the mailed secret, as long as its address is the keeper's."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from eservices.accounts.email_addresses import is_same
from home.web.secret_links import LinkExpired
from home.web.shortcuts import get_or_404

from .models import DirectoryEntry, KeeperLink


def keeper_link_by_secret(secret: str, now: datetime) -> KeeperLink:
    """Raises Http404 where unknown or where somebody else keeps the entry now, LinkExpired where too old."""
    link = get_or_404(KeeperLink.objects.select_related("entry__theme"), secret=secret)
    if not is_same(link.entry.keeper, link.email):
        raise Http404
    if link.expires_at <= now:
        raise LinkExpired
    return link


def entries_of(email: str) -> list[DirectoryEntry]:
    """What is kept under an address, and shown."""
    return list(all_entries_of(email).filter(shown=True))


def all_entries_of(email: str) -> QuerySet[DirectoryEntry]:
    """What is kept under an address, shown or not."""
    return DirectoryEntry.objects.kept_by(email).order_by("sort_name", "pk")
