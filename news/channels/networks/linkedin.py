"""The LinkedIn page of an organisation.

LinkedIn does not read links: title, description and picture of an article are sent with the post, the picture as an
upload.
"""

import re
from urllib.parse import quote

from ..announcements import Announcement
from .base import PublishedPost, SocialNetwork

RESERVED = re.compile(r"([\\|{}@\[\]()<>#*_~])")  # in LinkedIn's “little text” format


class LinkedIn(SocialNetwork):
    key, label, limit = "linkedin", "LinkedIn", 3000
    link_in_text = False  # the link is shown beside the text, as an article
    edits = withdraws = True

    def headers(self) -> dict[str, str]:
        return super().headers() | {
            "LinkedIn-Version": self.keys["version"],
            "X-Restli-Protocol-Version": "2.0.0",
        }

    @property
    def author(self) -> str:
        return f"urn:li:organization:{self.keys['organization']}"

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        _answer, response = self.ask(
            "POST",
            "/rest/posts",
            json={
                "author": self.author,
                "commentary": escape_commentary(announcement.text),
                "visibility": "PUBLIC",
                "distribution": {
                    "feedDistribution": "MAIN_FEED",
                    "targetEntities": [],
                    "thirdPartyDistributionChannels": [],
                },
                "content": {"article": self._article(announcement)},
                "lifecycleState": "PUBLISHED",
                "isReshareDisabledByAuthor": False,
            },
        )
        return _posted(response.headers["x-restli-id"])

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        patch = {"patch": {"$set": {"commentary": escape_commentary(announcement.text)}}}
        self.ask("POST", _path(remote_id), json=patch, headers={"X-RestLi-Method": "PARTIAL_UPDATE"})

    def withdraw(self, remote_id: str) -> None:
        self.ask("DELETE", _path(remote_id), headers={"X-RestLi-Method": "DELETE"})

    def find(self, announcement: Announcement) -> PublishedPost | None:
        answer, _response = self._latest(20)
        for post in answer.get("elements", []):
            article = post.get("content", {}).get("article", {})
            if article.get("source") == announcement.link:
                return _posted(post["id"])
        return None

    def probe(self) -> None:
        self._latest(1)

    def _article(self, announcement: Announcement) -> dict:
        article = {
            "source": announcement.link,
            "title": announcement.title[:400],
            "description": announcement.lead[:4000],
        }
        if announcement.picture:
            article["thumbnail"] = self._picture(announcement)
        return article

    def _picture(self, announcement: Announcement) -> str:
        """Upload the picture and return LinkedIn's URN of it. LinkedIn first returns the address for the upload."""
        asked = {"initializeUploadRequest": {"owner": self.author}}
        answer, _response = self.ask("POST", "/rest/images?action=initializeUpload", json=asked)
        with announcement.jpeg().file.open("rb") as content:
            self.ask("PUT", answer["value"]["uploadUrl"], body=content.read())
        return answer["value"]["image"]

    def _latest(self, number: int):
        path = (
            f"/rest/posts?author={quote(self.author, safe='')}&q=author&count={number}&sortBy=LAST_MODIFIED"
        )
        return self.ask("GET", path, headers={"X-RestLi-Method": "FINDER"})


def escape_commentary(text: str) -> str:
    """Escape the characters that LinkedIn would read as a mention, a hashtag or markup."""
    return RESERVED.sub(r"\\\1", text)


def _path(remote_id: str) -> str:
    return f"/rest/posts/{quote(remote_id, safe='')}"


def _posted(urn: str) -> PublishedPost:
    return PublishedPost(urn, f"https://www.linkedin.com/feed/update/{urn}/")
