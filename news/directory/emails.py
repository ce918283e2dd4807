"""E-mails to keepers of directory entries. Each is queued in the transaction of its cause."""

from eservices.deliveries.actions import queue_email
from news.proposals.emails import localized_url

from .models import DirectoryEntry, KeeperLink


def send_entry_links(found: list[KeeperLink], email: str, language: str) -> None:
    """Send the links to the entries of an address."""
    keys = [(link.entry.name, _address(link, language)) for link in found]
    queue_email(
        to=email,
        template="news/directory/emails/links",
        context={"keys": keys, "expires_at": found[0].link_expires_at},
        language=language,
        subject=entry_subject(found[0].entry),
    )


def send_no_entry(email: str, language: str) -> None:
    """Inform the owner of an address that no entry has it as its keeper."""
    queue_email(
        to=email,
        template="news/directory/emails/nothing",
        context={"link": localized_url("news:directory_propose", language)},
        language=language,
        subject="directory-entry:none",
    )


def send_yearly_reminder(link: KeeperLink) -> None:
    """Ask a keeper once a year whether the entry is still right."""
    language = link.entry.language
    queue_email(
        to=link.entry.keeper,
        template="news/directory/emails/remind",
        context={"entry": link.entry, "link": _address(link, language), "expires_at": link.link_expires_at},
        language=language,
        subject=entry_subject(link.entry),
    )


def entry_subject(entry: DirectoryEntry) -> str:
    """Return the subject, in the outbox, of e-mails to the keeper of an entry."""
    return f"directory-entry:{entry.pk}"


def _address(link: KeeperLink, language: str) -> str:
    return localized_url("news:directory_keep", language, link.secret)
