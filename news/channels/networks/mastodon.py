"""Mastodon, and other servers with its API."""

import time

from ..announcements import Announcement
from ..text_fitting import count_graphemes
from .base import NetworkError, PublishedPost, SocialNetwork

MAX_ALT_LENGTH = 1500
# Seconds between two checks whether a picture is processed. Small pictures are processed at once.
PAUSES = (0.1, 0.4, 1, 1, 1, 2, 2, 2)


class Mastodon(SocialNetwork):
    """Mastodon. It accepts an idempotency key, so that a second attempt does not post twice."""

    key, label, limit = "mastodon", "Mastodon", 500
    measure = staticmethod(count_graphemes)
    edits = withdraws = True

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        answer, _response = self.ask(
            "POST",
            "/api/v1/statuses",
            json=self._status(announcement) | {"visibility": "public"},
            headers={"Idempotency-Key": key},
        )
        return PublishedPost(str(answer["id"]), str(answer.get("url") or ""))

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        self.ask("PUT", f"/api/v1/statuses/{remote_id}", json=self._status(announcement))

    def withdraw(self, remote_id: str) -> None:
        self.ask("DELETE", f"/api/v1/statuses/{remote_id}")

    def find(self, announcement: Announcement) -> PublishedPost | None:
        """Find the post by its link among the latest ones. The idempotency key is only valid for an hour."""
        account, _response = self.ask("GET", "/api/v1/accounts/verify_credentials")
        path = f"/api/v1/accounts/{account['id']}/statuses?limit=40&exclude_replies=true"
        answer, _response = self.ask("GET", path)
        for status in answer.get("items", []):
            if announcement.link in status.get("content", ""):
                return PublishedPost(str(status["id"]), str(status.get("url") or ""))
        return None

    def probe(self) -> None:
        self.ask("GET", "/api/v1/accounts/verify_credentials")

    def _status(self, announcement: Announcement) -> dict:
        media = [self._media(announcement)] if announcement.picture else []
        return {"status": announcement.text, "language": announcement.language, "media_ids": media}

    def _media(self, announcement: Announcement) -> str:
        """Upload the picture, wait until the server has processed it, and return its id.

        Raise NetworkError if that takes too long.
        """
        with announcement.jpeg().file.open("rb") as content:
            answer, response = self.ask(
                "POST",
                "/api/v2/media",
                files={"file": ("picture.jpg", content.read(), "image/jpeg")},
                form={"description": announcement.alt[:MAX_ALT_LENGTH]},
            )
        for pause in PAUSES:
            if response.status_code == 200:
                break
            time.sleep(pause)
            answer, response = self.ask("GET", f"/api/v1/media/{answer['id']}")
        if response.status_code != 200:
            raise NetworkError("Mastodon is still working the picture.")
        return str(answer["id"])
