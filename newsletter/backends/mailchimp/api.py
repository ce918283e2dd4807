"""Mailchimp's Marketing API, by mailchimp3. Whatever goes wrong is told apart: later, never, or not there."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import requests
from django.conf import settings
from mailchimp3 import MailChimp
from mailchimp3.mailchimpclient import MailChimpError

from ...mail_backend import BackendUnavailable

TIMEOUT = 20  # seconds that a worker waits for Mailchimp
BATCH_SIZE = 500  # of members, in a page or a call
FIELDS = "email_address,status,language,tags,last_changed,timestamp_opt"


class MailchimpRefused(Exception):
    """Mailchimp will not do this, however often it is asked. Says why, in its words."""


class MailchimpNotFound(MailchimpRefused):
    """Mailchimp does not know it."""


def mailchimp_client() -> MailChimp:
    api = MailChimp(mc_api=settings.MAILCHIMP_API_KEY, timeout=TIMEOUT)
    if settings.MAILCHIMP_API_URL:
        api.base_url = settings.MAILCHIMP_API_URL.rstrip("/") + "/"
    return api


@contextmanager
def translate_errors():
    """What may go better later is ``BackendUnavailable``: outages, rate limits, answers that are none."""
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
    """By what Mailchimp knows a member."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def iterate_pages(name: str, ask: Callable[..., dict]) -> Iterator[dict]:
    """All that Mailchimp lists, page by page: however much is asked for, it answers with a thousand at most."""
    offset, total = 0, 1
    while offset < total:
        with translate_errors():
            page = ask(count=BATCH_SIZE, offset=offset)
        yield from page[name]
        offset, total = offset + BATCH_SIZE, page["total_items"] if page[name] else 0


class AudienceMembers:
    """The members of the commune's audience."""

    def __init__(self):
        self.api, self.list_id = mailchimp_client(), settings.MAILCHIMP_LIST_ID

    def get(self, hash_: str) -> dict | None:
        try:
            with translate_errors():
                return self.api.lists.members.get(self.list_id, hash_)
        except MailchimpNotFound:
            return None

    def put(self, email: str, status: str, language: str) -> None:
        """Makes or changes a member. Who left at Mailchimp itself has to agree there again: it asks them."""
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
        """Of a member to be written, whatever else the audience asks of who signs up (a name, an address): we know only
        what we say, and refused, nobody would get a letter or could leave."""
        return f"lists/{self.list_id}/members/{hash_}?skip_merge_validation=true"

    def leave(self, hash_: str) -> None:
        """Unsubscribes a member; one that Mailchimp does not have is no fault."""
        try:
            with translate_errors():
                self.api.lists._mc_client._patch(url=self._url(hash_), data={"status": "unsubscribed"})
        except MailchimpNotFound:
            return

    def tag(self, hash_: str, tags: dict[str, bool]) -> None:
        """Sets and takes away tags; others stay."""
        told = [{"name": name, "status": "active" if on else "inactive"} for name, on in tags.items()]
        if told:
            with translate_errors():
                self.api.lists.members.tags.update(self.list_id, hash_, {"tags": told})

    def forget(self, hash_: str) -> None:
        """Deletes a member for good."""
        url = f"lists/{self.list_id}/members/{hash_}/actions/delete-permanent"
        try:
            with translate_errors():
                self.api.lists._mc_client._post(url=url)
        except MailchimpNotFound:
            return

    def all(self) -> Iterator[dict]:
        """Every member."""
        fields = ",".join(f"members.{name}" for name in FIELDS.split(","))
        ask = partial(self.api.lists.members.all, self.list_id, fields=f"{fields},total_items")
        return iterate_pages("members", ask)


class Campaigns:
    """Mailchimp's campaigns and the groups of members they go to."""

    def __init__(self):
        self.api, self.list_id = mailchimp_client(), settings.MAILCHIMP_LIST_ID

    def segment(self, name: str) -> int:
        """A group of members of that name, empty at first; asked again, the same."""
        if known := next(self._named(name), None):
            return known["id"]
        with translate_errors():
            made = self.api.lists.segments.create(self.list_id, {"name": name, "static_segment": []})
        return made["id"]

    def rename(self, old: str, new: str) -> None:
        """Gives a tag another name for everybody who bears it; one that Mailchimp does not have is no fault."""
        for tag in list(self._named(old)):
            with translate_errors():
                self.api.lists.segments.update(self.list_id, str(tag["id"]), {"name": new})

    def _named(self, name: str) -> Iterator[dict]:
        """Groups and tags of that name."""
        ask = partial(self.api.lists.segments.all, self.list_id, type="static")
        return (one for one in iterate_pages("segments", ask) if one["name"] == name)

    def fill(self, segment: int, emails: list[str]) -> list[str]:
        """Puts members into a group; the addresses that are no members."""
        with translate_errors():
            answer = self.api.lists.segments.update_members(self.list_id, segment, {"members_to_add": emails})
        return [email for fault in answer.get("errors", []) for email in fault.get("email_addresses", [])]

    def create(self, title: str, segment: int | None, words: dict) -> str:
        """A campaign of that title for a group, or for nobody yet; asked again, the same."""
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
        """One letter to one address; the campaign stays as it is."""
        with translate_errors():
            self.api.campaigns.actions.test(campaign, {"test_emails": [to], "send_type": "html"})

    def delete(self, campaign: str) -> None:
        """Forgets a campaign; one that is gone is no fault."""
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
    """Whether Mailchimp answers, under our key."""
    with translate_errors():
        mailchimp_client().ping.get()
