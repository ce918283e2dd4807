"""Double of an SMS gateway on the loopback interface, which stores messages.

``faults``: statuses to answer instead, one after the other, each alone or with headers.
"""

import json

from tests.support import local_servers


class Gateway(local_servers.Server):
    def __init__(self):
        super().__init__(Handler)
        self.sent: dict[str, dict] = {}
        self.asked, self.faults = [], []

    @property
    def url(self) -> str:
        return f"{super().url}/messages"

    def to(self, number: str) -> list[str]:
        return [one["text"] for one in self.sent.values() if one["to"] == number]


class Handler(local_servers.Handler):
    def do_POST(self):
        content = json.loads(self.read())
        self.server.asked.append(dict(self.headers))
        fault = self.server.faults.pop(0) if self.server.faults else 202
        status, headers = fault if isinstance(fault, tuple) else (fault, {})
        if status == 202:
            self.server.sent[content["reference"]] = content
        self.say(status, headers=headers)

    def do_GET(self):
        self.server.asked.append(dict(self.headers))
        self.say(self.server.faults.pop(0) if self.server.faults else 405)


def gateway():
    return local_servers.serving(Gateway())
