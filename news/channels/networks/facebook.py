"""A Facebook page, through the Graph API."""

from ..announcements import Announcement
from .base import PublishedPost, SocialNetwork

# Error codes of Meta, which uses the status 400 for nearly all of them.
TOO_OFTEN = {4, 9, 17, 32, 341, 368, 613, 80001, 80002}
PASSING = {-2, -1, 1, 2, 9007}
NOT_THERE = (100, 33)


class GraphNetwork(SocialNetwork):
    """Base class of Facebook and Instagram: how errors are recognised."""

    def too_often(self, found: dict) -> bool:
        return _error(found).get("code") in TOO_OFTEN

    def passes(self, found: dict) -> bool:
        return bool(_error(found).get("is_transient")) or _error(found).get("code") in PASSING

    def is_gone(self, found: dict) -> bool:
        """Return whether the post is missing.

        Meta answers the same if the access token lacks the rights. Therefore ``probe`` is called, which raises in
        that case, because such a token cannot read anything.
        """
        error = _error(found)
        if (error.get("code"), error.get("error_subcode")) != NOT_THERE:
            return False
        self.probe()
        return True


class Facebook(GraphNetwork):
    key, label, limit = "facebook", "Facebook", 63206
    link_in_text = False  # Facebook shows the link as a card
    edits = withdraws = True

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        data = {"message": announcement.text, "link": announcement.link}
        answer, _response = self.ask("POST", f"/{self.keys['page']}/feed", form=data)
        return _posted(answer["id"])

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        self.ask("POST", f"/{remote_id}", form={"message": announcement.text})

    def withdraw(self, remote_id: str) -> None:
        self.ask("DELETE", f"/{remote_id}")

    def find(self, announcement: Announcement) -> PublishedPost | None:
        path = f"/{self.keys['page']}/feed?fields=id,attachments%7Bunshimmed_url%7D&limit=25"
        answer, _response = self.ask("GET", path)
        for post in answer.get("data", []):
            links = [one.get("unshimmed_url") for one in post.get("attachments", {}).get("data", [])]
            if announcement.link in links:
                return _posted(post["id"])
        return None

    def probe(self) -> None:
        self.ask("GET", f"/{self.keys['page']}/feed?fields=id&limit=1")


def _error(found: dict) -> dict:
    error = found.get("error")
    return error if isinstance(error, dict) else {}


def _posted(number: str) -> PublishedPost:
    return PublishedPost(str(number), f"https://www.facebook.com/{number}")
