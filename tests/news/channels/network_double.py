"""Doubles of all social networks on the loopback interface, which store posts and fail on request.

They implement the parts of the APIs that the project uses.

``faults``: statuses to answer instead, one after the other, each alone or with headers and an error; ``swallow``: a
POST takes effect, but the connection is closed before the answer, as in a crash; ``down``: the connection is closed at
once.
"""

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support import local_servers

JPEG = b"\xff\xd8\xff"
# Settings of each network besides its URL. Tests try every network that stands here.
KEYS = {
    "mastodon": {"TOKEN": "m-token"},
    "linkedin": {"VERSION": "202607", "ORGANIZATION": "42", "TOKEN": "l-token"},
    "facebook": {"PAGE": "77", "TOKEN": "f-token"},
    "instagram": {"ACCOUNT": "88", "TOKEN": "i-token"},
    "x": {"KEY": "x-key", "SECRET": "x-secret", "TOKEN": "x-token", "TOKEN_SECRET": "x-token-secret"},
}


class Networks(local_servers.Server):
    def __init__(self):
        super().__init__(Handler)
        self.posts: dict[str, dict] = {}
        self.keys: dict[str, str] = {}  # idempotency keys of Mastodon
        self.asked, self.faults, self.down, self.swallow = [], [], False, False

    def on(self, network: str) -> list[dict]:
        """Return the current posts of a network."""
        return [post for post in self.posts.values() if post["network"] == network]

    def keep(self, network: str, **post) -> str:
        number = str(1000 + len(self.asked))
        self.posts[number] = {"network": network, "id": number} | post
        return number

    # -- APIs ------------------------------------------------------------------------------------------------
    def answer(self, method, path, query, body, headers):
        match (method, *path):
            case ("POST", "api", "v1", "statuses"):
                key = headers["Idempotency-Key"]
                if key not in self.keys:
                    self.keys[key] = self.keep("mastodon", text=body["status"], media=body["media_ids"])
                number = self.keys[key]
                return 200, {"id": number, "url": f"https://social.example/@commune/{number}"}
            case ("POST", "api", "v2", "media"):
                return 202, {"id": "m1"}
            case ("GET", "api", "v1", "media", "m1"):
                return 200, {"id": "m1"}
            case ("GET", "api", "v1", "accounts", "verify_credentials"):
                return 200, {"id": "9"}
            case ("GET", "api", "v1", "accounts", _, "statuses"):
                return 200, [{"id": p["id"], "url": "", "content": p["text"]} for p in self.on("mastodon")]
            case ("PUT", "api", "v1", "statuses", number):
                return self._change(number, text=body["status"])
            case ("DELETE", "api", "v1", "statuses", number):
                return self._remove(number, 200)
            case ("POST", "rest", "images") if query == {"action": ["initializeUpload"]}:
                owner = body["initializeUploadRequest"]["owner"]
                return 200, {"value": {"uploadUrl": f"{self.url}/uploads/{owner}", "image": "urn:li:image:1"}}
            case ("PUT", "uploads", "urn:li:organization:42") if body["begins"] == JPEG:
                return 201, None
            case ("POST", "rest", "posts"):
                article = body["content"]["article"]
                picture = article.get("thumbnail")
                number = self.keep(
                    "linkedin", text=body["commentary"], link=article["source"], picture=picture
                )
                return 201, None, {"x-restli-id": f"urn:li:share:{number}"}
            case ("GET", "rest", "posts"):
                found = [
                    {"id": f"urn:li:share:{p['id']}", "content": {"article": {"source": p["link"]}}}
                    for p in self.on("linkedin")
                ]
                return 200, {"elements": found}
            case ("POST", "rest", "posts", urn):
                text = body["patch"]["$set"]["commentary"]
                return self._change(urn.rpartition(":")[2], 204, text=text)
            case ("DELETE", "rest", "posts", urn):
                return self._remove(urn.rpartition(":")[2], 204)
            case ("POST", "77", "feed"):
                return 200, {"id": self.keep("facebook", text=body["message"], link=body["link"])}
            case ("GET", "77", "feed"):
                found = [
                    {"id": p["id"], "attachments": {"data": [{"unshimmed_url": p["link"]}]}}
                    for p in self.on("facebook")
                ]
                return 200, {"data": found}
            case ("POST", "88", "media"):
                self.container = body
                return 200, {"id": "c1"}
            case ("GET", "c1"):
                return 200, {"status_code": "FINISHED"}
            case ("POST", "88", "media_publish"):
                picture = self.container["image_url"]
                return 200, {"id": self.keep("instagram", text=self.container["caption"], picture=picture)}
            case ("GET", "88", "media"):
                return 200, {"data": [{"id": p["id"], "caption": p["text"]} for p in self.on("instagram")]}
            case ("POST", "2", "tweets"):
                if any(post["text"] == body["text"] for post in self.on("x")):
                    return 403, {"detail": "You are not allowed to create a Tweet with duplicate content."}
                return 201, {"data": {"id": self.keep("x", text=body["text"])}}
            case ("DELETE", "2", "tweets", number):
                return self._remove(number, 200)
            case ("GET", "2", "users", "me"):
                return 200, {"data": {"id": "5"}}
            case ("GET", "2", "users", "5", "tweets"):
                found = [
                    {"id": p["id"], "entities": {"urls": [{"expanded_url": u} for u in links(p["text"])]}}
                    for p in self.on("x")
                ]
                return 200, {"data": found}
            case ("GET", number):
                return 200, {"permalink": f"https://instagram.example/p/{number}/"}
            case ("POST", number) if number in self.posts:
                return self._change(number, text=body["message"])
            case ("DELETE", number) if number in self.posts:
                return self._remove(number, 200)
            case ("DELETE", _):
                return 400, {"error": {"message": "It does not exist.", "code": 100, "error_subcode": 33}}
        return 404, {"error": "not found"}

    def _change(self, number, status=200, **fields):
        if number not in self.posts:
            return 404, {"error": "Record not found"}
        self.posts[number] |= fields
        return status, {} if status == 200 else None

    def _remove(self, number, status):
        if number not in self.posts:
            return 404, {"error": "Record not found"}
        del self.posts[number]
        return status, {} if status == 200 else None


def links(text: str) -> list[str]:
    return re.findall(r"https?://\S+", text)


class Handler(local_servers.Handler):
    def handle_any(self):
        server, url = self.server, urlsplit(self.path)
        body = self._content(self.read())
        path = [unquote(part) for part in url.path.strip("/").split("/")]
        server.asked.append((self.command, url.path, dict(self.headers)))
        if server.down:
            return self.connection.close()
        if server.faults:
            fault = server.faults.pop(0)
            status, headers, *error = fault if isinstance(fault, tuple) else (fault, {})
            return self.reply(status, {"error": error[0] if error else "as the test wants it"}, headers)
        found = server.answer(self.command, path, parse_qs(url.query), body, self.headers)
        if server.swallow and self.command == "POST":
            return self.connection.close()
        return self.reply(*found)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def _content(self, raw: bytes) -> dict:
        kind = self.headers.get("Content-Type") or ""
        if kind.startswith("application/json"):
            return json.loads(raw)
        if kind.startswith("application/x-www-form-urlencoded"):
            return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        return {"begins": raw[:3]}

    def reply(self, status, content, headers=None):
        body = b"" if content is None else json.dumps(content).encode()
        self.say(status, body, headers=headers)


def networks():
    return local_servers.serving(Networks())


def keys_for(server: Networks, *names: str) -> dict:
    """Return ``settings.SOCIAL_NETWORKS`` with these networks, or all of them, configured for the double."""
    unset = {name: dict.fromkeys(("URL", *keys), "") for name, keys in KEYS.items()}
    return unset | {name: {"URL": server.url} | KEYS[name] for name in names or KEYS}
