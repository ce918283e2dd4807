"""X, through its API version 2, signed with OAuth 1.0a because those keys do not expire."""

from oauthlib.oauth1 import Client

from ..announcements import Announcement
from ..text_fitting import count_weighted
from .base import PublishedPost, SocialNetwork


class X(SocialNetwork):
    """X. Published posts can be withdrawn but not changed."""

    key, label, limit = "x", "X", 280
    measure = staticmethod(count_weighted)
    withdraws = True

    def headers(self) -> dict[str, str]:
        return {}

    def ask(self, method: str, path: str, *, headers=None, **content):
        """Send a signed request. Each has its own signature, which does not cover a JSON body."""
        keys = self.keys
        signer = Client(keys["key"], keys["secret"], keys["token"], keys["token_secret"])
        _url, signature, _body = signer.sign(keys["url"].rstrip("/") + path, http_method=method)
        return super().ask(method, path, headers=(headers or {}) | dict(signature), **content)

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        answer, _response = self.ask("POST", "/2/tweets", json={"text": announcement.text})
        return _posted(answer["data"]["id"])

    def withdraw(self, remote_id: str) -> None:
        self.ask("DELETE", f"/2/tweets/{remote_id}")

    def find(self, announcement: Announcement) -> PublishedPost | None:
        me, _response = self.ask("GET", "/2/users/me")
        path = f"/2/users/{me['data']['id']}/tweets?max_results=20&tweet.fields=entities"
        answer, _response = self.ask("GET", path)
        for post in answer.get("data", []):
            links = [one.get("expanded_url") for one in post.get("entities", {}).get("urls", [])]
            if announcement.link in links:
                return _posted(post["id"])
        return None

    def probe(self) -> None:
        self.ask("GET", "/2/users/me")


def _posted(number: str) -> PublishedPost:
    return PublishedPost(str(number), f"https://x.com/i/status/{number}")
