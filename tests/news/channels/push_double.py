"""Double of a push service on the loopback interface, and a browser that decrypts its messages."""

import base64
import json

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support import local_servers


class Service(local_servers.Server):
    def __init__(self):
        super().__init__(Handler)
        self.asked, self.faults = [], []


class Handler(local_servers.Handler):
    def do_POST(self):
        body = self.read()
        fault = self.server.faults.pop(0) if self.server.faults else 201
        status, headers = fault if isinstance(fault, tuple) else (fault, {})
        self.server.asked.append((self.path, self.headers, body))
        self.say(status, headers=headers)

    def do_GET(self):
        self.say(self.server.faults.pop(0) if self.server.faults else 404)


class Browser:
    """A subscribed browser, the only one that can decrypt the messages sent to it."""

    def __init__(self, service: Service, name: str = "one"):
        self.private, self.secret = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = {
            "endpoint": f"{service.url}/push/{name}",
            "p256dh": encoded(point),
            "auth": encoded(self.secret),
        }

    def read(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def push_service():
    return local_servers.serving(Service())
