"""A page on Facebook, by the Graph API."""

from ..announcements import Announcement
from .base import PublishedPost, SocialNetwork

# What Meta says by a code, with the status 400 for nearly all of it.
TOO_OFTEN = {4, 9, 17, 32, 341, 368, 613, 80001, 80002}
PASSING = {-2, -1, 1, 2, 9007}
NOT_THERE = (100, 33)


class GraphNetwork(SocialNetwork):
    """What Facebook and Instagram share."""

    def too_often(self, found: dict) -> bool:
        return _error(found).get("code") in TOO_OFTEN

    def passes(self, found: dict) -> bool:
        return bool(_error(found).get("is_transient")) or _error(found).get("code") in PASSING

    def is_gone(self, found: dict) -> bool:
        """Meta says the same of what is not there and of what our key may not touch: with that it may read nothing."""
        error = _error(found)
        if (error.get("code"), error.get("error_subcode")) != NOT_THERE:
            return False
        self.probe()
        return True


class Facebook(GraphNetwork):
    key, label, limit = "facebook", "Facebook", 63206
    link_in_text = False  # Facebook shows it as a card
    edits = withdraws = True

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        data = {"message": announcement.text, "link": announcement.link}
        answer, _response = self.ask("POST", f"/{self.keys['page']}/feed", data=data)
        return _posted(answer["id"])

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        self.ask("POST", f"/{remote_id}", data={"message": announcement.text})

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
