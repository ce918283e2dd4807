"""A double of Mailchimp with a memory, on the loopback: the used part of its API, and errors on request.

``faults``: statuses to return instead, one after the other; ``down``: close the connection.
"""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from tests.support import local_servers

KEY = "0123456789abcdef0123456789abcdef-us1"
LIST = "abc123"
TITLES = {404: "Resource Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


def hashed(email: str) -> str:
    return hashlib.md5(email.lower().encode()).hexdigest()


class Mailchimp(local_servers.Server):
    def __init__(self):
        super().__init__(Handler)
        self.members, self.segments, self.campaigns = {}, {}, {}
        self.bounces = 1  # of each campaign
        self.tests = []  # recipient and state of the campaign of each test
        self.required = False  # whether the audience has further required fields
        self.forgotten = set()  # deleted permanently
        self.asked, self.faults, self.down = [], [], False

    @property
    def url(self) -> str:
        return f"{super().url}/3.0"

    def member(self, email, *, status="subscribed", language="fr", tags=(), changed=None, opted=None) -> dict:
        """Store a member, as if changed at Mailchimp itself."""
        stamp = (changed or datetime.now(UTC)).isoformat()
        member = {
            "id": hashed(email),
            "email_address": email,
            "status": status,
            "language": language,
            "tags": [{"id": number, "name": name} for number, name in enumerate(tags)],
            "last_changed": stamp,
            "timestamp_opt": opted.isoformat() if opted else "",
        }
        self.members[member["id"]] = member
        return member

    # -- The API ---------------------------------------------------------------------------------------------
    def answer(self, method: str, path: list[str], query: dict, body: dict) -> tuple[int, dict | None]:
        match (method, *path):
            case ("GET", "ping"):
                return 200, {"health_status": "Everything's Chimpy!"}
            case (_, "lists", list_id, *_rest) if list_id != LIST:
                return fault(404)
            case ("GET", "lists", _, "members"):
                return 200, page("members", self.members.values(), query)
            case (_, "lists", _, "members", hash_, *rest):
                if self.required and method in ("PUT", "PATCH") and "skip_merge_validation" not in query:
                    return fault(400, "Invalid Resource", "Your merge fields were invalid.")
                return self._member(method, hash_, rest, body)
            case ("GET", "lists", _, "segments"):
                return 200, page("segments", [*self.segments.values(), *self._tags()], query)
            case ("PATCH", "lists", _, "segments", number):
                return self._rename(int(number), body["name"])
            case ("POST", "lists", _, "segments"):
                number = len(self.segments) + 1
                self.segments[number] = {"id": number, "name": body["name"], "emails": []}
                return 200, self.segments[number]
            case ("POST", "lists", _, "segments", number):
                return self._fill(self.segments[int(number)], body["members_to_add"])
            case ("GET", "campaigns"):
                return 200, {"campaigns": list(self.campaigns.values())}
            case ("POST", "campaigns"):
                number = f"c{len(self.campaigns) + len(self.tests) + 1}"
                self.campaigns[number] = {"id": number, "status": "save", "sends": 0} | body
                return 200, self.campaigns[number]
            case (_, "campaigns", number, *rest) if number in self.campaigns:
                return self._campaign(self.campaigns[number], method, rest, body)
            case ("GET", "reports", number) if number in self.campaigns:
                return 200, self._report(self.campaigns[number])
        return fault(404)

    def _member(self, method, hash_, rest, body):
        known = self.members.get(hash_)
        if method == "PUT":
            if hash_ in self.forgotten:
                return fault(400, "Forgotten Email Not Subscribed", "The contact must re-subscribe.")
            if known and known["status"] == "unsubscribed" and body["status"] == "subscribed":
                return fault(400, "Member In Compliance State", "is in a compliance state due to unsubscribe")
            new = known or self.member(body["email_address"], tags=())
            new |= {"status": body["status"], "language": body["language"]}
            return 200, new
        if known is None:
            return fault(404)
        if method == "PATCH":
            known |= body
        elif rest == ["tags"]:
            names = {tag["name"] for tag in known["tags"]}
            for tag in body["tags"]:
                (names.add if tag["status"] == "active" else names.discard)(tag["name"])
            known["tags"] = [{"id": number, "name": name} for number, name in enumerate(sorted(names))]
            return 204, None
        elif rest == ["actions", "delete-permanent"]:
            del self.members[hash_]
            self.forgotten.add(hash_)
            return 204, None
        return 200, known

    def _tags(self) -> list[dict]:
        """Return the tags of all members, each of which is a static segment too."""
        names = sorted({tag["name"] for member in self.members.values() for tag in member["tags"]})
        return [{"id": 1000 + number, "name": name} for number, name in enumerate(names)]

    def _rename(self, number, name):
        old = next(tag["name"] for tag in self._tags() if tag["id"] == number)
        for member in self.members.values():
            for tag in member["tags"]:
                tag["name"] = name if tag["name"] == old else tag["name"]
        return 200, {"id": number, "name": name}

    def _fill(self, segment, emails):
        known = [email for email in emails if self._subscribed(email)]
        segment["emails"] = sorted({*segment["emails"], *known})
        unknown = [email for email in emails if email not in known]
        faults = [{"email_addresses": unknown, "error": "Email addresses do not exist"}] if unknown else []
        return 200, {"members_added": [], "errors": faults, "total_added": len(known)}

    def _subscribed(self, email) -> bool:
        return self.members.get(hashed(email), {}).get("status") == "subscribed"

    def _campaign(self, campaign, method, rest, body):
        match (method, *rest):
            case ("GET",):
                return 200, campaign
            case ("DELETE",):
                del self.campaigns[campaign["id"]]
                return 204, None
            case ("POST", "actions", "test"):
                if "content" not in campaign:
                    return fault(400, "Bad Request", "Your Campaign is not ready to send.")
                self.tests.append((body["test_emails"], dict(campaign)))
                return 204, None
            case ("PUT", "content"):
                campaign["content"] = body
                return 200, body
            case ("POST", "actions", "send"):
                if campaign["status"] != "save":
                    return fault(400, "Bad Request", "This campaign cannot be sent: it was sent already.")
                campaign |= {"status": "sending", "sends": campaign["sends"] + 1}
                return 204, None
        return fault(404)

    def _report(self, campaign) -> dict:
        segment = self.segments[campaign["recipients"]["segment_opts"]["saved_segment_id"]]
        bounces = {"hard_bounces": self.bounces, "soft_bounces": 0}
        return {
            "emails_sent": len(segment["emails"]),
            "bounces": bounces,
            "abuse_reports": 0,
            "unsubscribed": 2,
        }


class Handler(local_servers.Handler):
    protocol_version = "HTTP/1.1"

    def _serve(self):
        server, url = self.server, urlsplit(self.path)
        sent = self.read()
        server.asked.append((self.command, url.path))
        if server.down:
            self.close_connection = True
        elif server.faults:
            self._say(*fault(server.faults.pop(0)))
        else:
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            body = json.loads(sent) if sent and sent != b"null" else {}
            self._say(*server.answer(self.command, url.path.split("/")[2:], query, body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _say(self, status: int, content):
        body = b"" if content is None else json.dumps(content).encode()
        self.say(status, body)


def page(name: str, items, query: dict) -> dict:
    """Return a page of a list: ten items by default, a thousand at most."""
    first, count = int(query.get("offset", 0)), min(int(query.get("count", 10)), 1000)
    found = list(items)
    return {name: found[first : first + count], "total_items": len(found)}


def fault(status: int, title: str = "", detail: str = "") -> tuple[int, dict]:
    return status, {"status": status, "title": title or TITLES.get(status, "Error"), "detail": detail}


def serving():
    return local_servers.serving(Mailchimp())
