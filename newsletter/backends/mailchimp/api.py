"""Mailchimp's Marketing API, by mailchimp3. Errors are classified: temporary, permanent, or not found."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import requests
from django.conf import settings
from mailchimp3 import MailChimp
from mailchimp3.mailchimpclient import MailChimpError

from ...mail_backend import BackendUnavailable

TIMEOUT = 20  # seconds
BATCH_SIZE = 500  # members per page or call
FIELDS = "email_address,status,language,tags,last_changed,timestamp_opt"


class MailchimpRefused(Exception):
    """Mailchimp refused the request permanently; the message is its reason."""


class MailchimpNotFound(MailchimpRefused):
    """Mailchimp does not have the object."""


def mailchimp_client() -> MailChimp:
    api = MailChimp(mc_api=settings.MAILCHIMP_API_KEY, timeout=TIMEOUT)
    if settings.MAILCHIMP_API_URL:
        api.base_url = settings.MAILCHIMP_API_URL.rstrip("/") + "/"
    return api


@contextmanager
def translate_errors():
    """Translate errors of the block; temporary ones become ``BackendUnavailable``.

    Temporary are outages, rate limits, and answers that are no JSON.
    """
    try:
        yield
    except MailChimpError as fault:
        raise _meaning(fault.args[0]) from fault
    except requests.RequestException as fault:
        raise BackendUnavailable(f"Mailchimp cannot be reached: {type(fault).__name__}.") from fault
    except ValueError as fault:
        raise BackendUnavailable("Mailchimp answered with something else than JSON.") from fault


def _meaning(data: dict) -> Exception:
    status = data["response"].status_code
    words = f"{status} {data.get('title', '')}: {data.get('detail', '')}".strip(" :")
    if status == 429 or status >= 500:
        return BackendUnavailable(f"Mailchimp: {words}")
    return (MailchimpNotFound if status == 404 else MailchimpRefused)(f"Mailchimp: {words}")


def member_hash(email: str) -> str:
    """Return Mailchimp's id of a member."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def iterate_pages(name: str, ask: Callable[..., dict]) -> Iterator[dict]:
    """Yield all items of a list, page by page, because Mailchimp returns a thousand at most."""
    offset, total = 0, 1
    while offset < total:
        with translate_errors():
            page = ask(count=BATCH_SIZE, offset=offset)
        yield from page[name]
        offset, total = offset + BATCH_SIZE, page["total_items"] if page[name] else 0


class AudienceMembers:
    """The members of the commune's audience at Mailchimp."""

    def __init__(self):
        self.api, self.list_id = mailchimp_client(), settings.MAILCHIMP_LIST_ID

    def get(self, hash_: str) -> dict | None:
        try:
            with translate_errors():
                return self.api.lists.members.get(self.list_id, hash_)
        except MailchimpNotFound:
            return None

    def put(self, email: str, status: str, language: str) -> None:
        """Create or update a member.

        Mailchimp asks a person who unsubscribed there to confirm again, so such a member becomes pending.
        """
        told = {"email_address": email, "status_if_new": status, "status": status, "language": language}
        try:
            self._put(told)
        except MailchimpRefused as refused:
            if "Compliance" not in str(refused):
                raise
            self._put(told | {"status": "pending", "status_if_new": "pending"})

    def _put(self, told: dict) -> None:
        with translate_errors():
            self.api.lists._mc_client._put(url=self._url(member_hash(told["email_address"])), data=told)

    def _url(self, hash_: str) -> str:
        """Return the address of a member to be written, without Mailchimp's validation of merge fields.

        The audience may require fields that are unknown here (a name, an address). A refusal would mean that nobody
        gets an e-mail or can unsubscribe.
        """
        return f"lists/{self.list_id}/members/{hash_}?skip_merge_validation=true"

    def leave(self, hash_: str) -> None:
        """Unsubscribe a member; a missing one is no error."""
        try:
            with translate_errors():
                self.api.lists._mc_client._patch(url=self._url(hash_), data={"status": "unsubscribed"})
        except MailchimpNotFound:
            return

    def tag(self, hash_: str, tags: dict[str, bool]) -> None:
        """Set and remove tags; other tags stay."""
        told = [{"name": name, "status": "active" if on else "inactive"} for name, on in tags.items()]
        if told:
            with translate_errors():
                self.api.lists.members.tags.update(self.list_id, hash_, {"tags": told})

    def delete_permanently(self, hash_: str) -> None:
        """Delete a member permanently; a missing one is no error."""
        url = f"lists/{self.list_id}/members/{hash_}/actions/delete-permanent"
        try:
            with translate_errors():
                self.api.lists._mc_client._post(url=url)
        except MailchimpNotFound:
            return

    def all(self) -> Iterator[dict]:
        """Yield every member."""
        fields = ",".join(f"members.{name}" for name in FIELDS.split(","))
        ask = partial(self.api.lists.members.all, self.list_id, fields=f"{fields},total_items")
        return iterate_pages("members", ask)


class Campaigns:
    """Mailchimp's campaigns, and the static segments to which they are sent."""

    def __init__(self):
        self.api, self.list_id = mailchimp_client(), settings.MAILCHIMP_LIST_ID

    def segment(self, name: str) -> int:
        """Return the id of the segment with this name, creating an empty one if needed."""
        if known := next(self._named(name), None):
            return known["id"]
        with translate_errors():
            made = self.api.lists.segments.create(self.list_id, {"name": name, "static_segment": []})
        return made["id"]

    def rename(self, old: str, new: str) -> None:
        """Rename a tag for all its members; a missing one is no error."""
        for tag in list(self._named(old)):
            with translate_errors():
                self.api.lists.segments.update(self.list_id, str(tag["id"]), {"name": new})

    def _named(self, name: str) -> Iterator[dict]:
        """Yield static segments and tags with this name."""
        ask = partial(self.api.lists.segments.all, self.list_id, type="static")
        return (one for one in iterate_pages("segments", ask) if one["name"] == name)

    def fill(self, segment: int, emails: list[str]) -> list[str]:
        """Add members to a segment. Return the addresses that are no members."""
        with translate_errors():
            answer = self.api.lists.segments.update_members(self.list_id, segment, {"members_to_add": emails})
        return [email for fault in answer.get("errors", []) for email in fault.get("email_addresses", [])]

    def create(self, title: str, segment: int | None, words: dict) -> str:
        """Return the id of the campaign with this title, creating it if needed.

        Without ``segment`` it has no recipients yet.
        """
        group = {"segment_opts": {"saved_segment_id": segment}} if segment else {}
        told = {
            "type": "regular",
            "recipients": {"list_id": self.list_id} | group,
            "settings": words | {"title": title, "auto_footer": False},
            "tracking": {"opens": False, "html_clicks": False, "text_clicks": False},
        }
        with translate_errors():
            known = self.api.campaigns.all(
                list_id=self.list_id, count=100, sort_field="create_time", sort_dir="DESC"
            )
            found = next((one for one in known["campaigns"] if one["settings"].get("title") == title), None)
            found = found or self.api.campaigns.create(told)
        return found["id"]

    def content(self, campaign: str, html: str, text: str) -> None:
        with translate_errors():
            self.api.campaigns.content.update(campaign, {"html": html, "plain_text": text})

    def test(self, campaign: str, to: str) -> None:
        """Send a test to one address; the campaign stays unchanged."""
        with translate_errors():
            self.api.campaigns.actions.test(campaign, {"test_emails": [to], "send_type": "html"})

    def delete(self, campaign: str) -> None:
        """Delete a campaign; a missing one is no error."""
        try:
            with translate_errors():
                self.api.campaigns.delete(campaign)
        except MailchimpNotFound:
            return

    def status(self, campaign: str) -> str:
        with translate_errors():
            return self.api.campaigns.get(campaign, fields="status")["status"]

    def send(self, campaign: str) -> None:
        with translate_errors():
            self.api.campaigns.actions.send(campaign)

    def report(self, campaign: str) -> dict:
        with translate_errors():
            return self.api.reports.get(campaign)


def check_connection() -> None:
    """Check that Mailchimp answers and accepts the API key."""
    with translate_errors():
        mailchimp_client().ping.get()
