"""The letters to who keeps an entry. Each is queued in the transaction of what it tells of."""

from eservices.deliveries.actions import queue_email
from news.proposals.emails import localized_url

from .models import DirectoryEntry, KeeperLink


def send_entry_links(found: list[KeeperLink], email: str, language: str) -> None:
    """The keys to the entries of an address."""
    keys = [(link.entry.name, _address(link, language)) for link in found]
    queue_email(
        to=email,
        template="news/directory/emails/links",
        context={"keys": keys, "expires_at": found[0].expires_at},
        language=language,
        subject=entry_subject(found[0].entry),
    )


def send_no_entry(email: str, language: str) -> None:
    """Says to the owner of an address that no entry is kept under it."""
    queue_email(
        to=email,
        template="news/directory/emails/nothing",
        context={"link": localized_url("news:directory_propose", language)},
        language=language,
        subject="directory-entry:none",
    )


def send_yearly_reminder(link: KeeperLink) -> None:
    """Asks once a year whether all is still true."""
    language = link.entry.language
    queue_email(
        to=link.entry.keeper,
        template="news/directory/emails/remind",
        context={"entry": link.entry, "link": _address(link, language), "expires_at": link.expires_at},
        language=language,
        subject=entry_subject(link.entry),
    )


def entry_subject(entry: DirectoryEntry) -> str:
    """What the letters to who keeps an entry are about, in the outbox."""
    return f"directory-entry:{entry.pk}"


def _address(link: KeeperLink, language: str) -> str:
    return localized_url("news:directory_keep", language, link.secret)
