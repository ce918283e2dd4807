"""The page of an organisation on LinkedIn."""

import re
from urllib.parse import quote

from ..announcements import Announcement
from .network import Network, Posted

RESERVED = re.compile(r"([\\|{}@\[\]()<>#*_~])")  # of LinkedIn's little text format
VERSION = "202606"


class LinkedIn(Network):
    key, label, limit = "linkedin", "LinkedIn", 3000
    link_in_text = False  # it stands beside the text, as an article
    edits = withdraws = True

    def headers(self) -> dict[str, str]:
        return super().headers() | {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}

    @property
    def author(self) -> str:
        return f"urn:li:organization:{self.keys['organization']}"

    def publish(self, announcement: Announcement, key: str) -> Posted:
        article = {"source": announcement.link, "title": announcement.title[:400]}
        _answer, response = self.ask(
            "POST",
            "/rest/posts",
            json={
                "author": self.author,
                "commentary": escaped(announcement.text),
                "visibility": "PUBLIC",
                "distribution": {
                    "feedDistribution": "MAIN_FEED",
                    "targetEntities": [],
                    "thirdPartyDistributionChannels": [],
                },
                "content": {"article": article | {"description": announcement.lead[:4000]}},
                "lifecycleState": "PUBLISHED",
                "isReshareDisabledByAuthor": False,
            },
        )
        return _posted(response.headers["x-restli-id"])

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        patch = {"patch": {"$set": {"commentary": escaped(announcement.text)}}}
        self.ask("POST", _path(remote_id), json=patch, headers={"X-RestLi-Method": "PARTIAL_UPDATE"})

    def withdraw(self, remote_id: str) -> None:
        self.ask("DELETE", _path(remote_id), headers={"X-RestLi-Method": "DELETE"})

    def find(self, announcement: Announcement) -> Posted | None:
        answer, _response = self._latest(20)
        for post in answer.get("elements", []):
            article = post.get("content", {}).get("article", {})
            if article.get("source") == announcement.link:
                return _posted(post["id"])
        return None

    def probe(self) -> None:
        self._latest(1)

    def _latest(self, number: int):
        path = (
            f"/rest/posts?author={quote(self.author, safe='')}&q=author&count={number}&sortBy=LAST_MODIFIED"
        )
        return self.ask("GET", path, headers={"X-RestLi-Method": "FINDER"})


def escaped(text: str) -> str:
    """What LinkedIn would take for a mention, a tag or markup stays what it is."""
    return RESERVED.sub(r"\\\1", text)


def _path(remote_id: str) -> str:
    return f"/rest/posts/{quote(remote_id, safe='')}"


def _posted(urn: str) -> Posted:
    return Posted(urn, f"https://www.linkedin.com/feed/update/{urn}/")
