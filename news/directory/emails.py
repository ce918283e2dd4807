"""The letters to who keeps an entry. Each is queued in the transaction of what it tells of."""

from eservices.deliveries.actions import queue_email

from ..proposals.emails import address
from .models import DirectoryEntry, KeeperLink


def links(found: list[KeeperLink], email: str, language: str) -> None:
    """The keys to the entries of an address."""
    keys = [(link.entry.name, _address(link, language)) for link in found]
    queue_email(
        to=email,
        template="news/directory/emails/links",
        context={"keys": keys, "expires_at": found[0].expires_at},
        language=language,
        subject=about(found[0].entry),
    )


def nothing(email: str, language: str) -> None:
    """Says to the owner of an address that no entry is kept under it."""
    queue_email(
        to=email,
        template="news/directory/emails/nothing",
        context={"link": address("news:directory_propose", language)},
        language=language,
        subject="directory-entry:none",
    )


def remind(link: KeeperLink) -> None:
    """Asks once a year whether all is still true."""
    language = link.entry.language
    queue_email(
        to=link.entry.keeper,
        template="news/directory/emails/remind",
        context={"entry": link.entry, "link": _address(link, language), "expires_at": link.expires_at},
        language=language,
        subject=about(link.entry),
    )


def about(entry: DirectoryEntry) -> str:
    """What the letters to who keeps an entry are about, in the outbox."""
    return f"directory-entry:{entry.pk}"


def _address(link: KeeperLink, language: str) -> str:
    return address("news:directory_keep", language, link.secret)
