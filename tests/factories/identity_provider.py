"""Identity provider over HTTP with configurable claims and errors."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt

from tests.support import local_servers

CLIENT, SECRET = "commune", "a secret of sixteen characters and more"


class Provider(local_servers.Server):
    """The provider's server. ``claims``: of the person who signs in. ``broken``: responses of failing paths."""

    def __init__(self):
        super().__init__(Handler)
        self.claims, self.broken, self.codes = {}, {}, {}

    def settings(self) -> dict:
        """Return the settings for allauth, as the environment would set them."""
        app = {
            "provider_id": "idp",
            "name": "ConnexionVD",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {
                "server_url": self.url,
                "scope": ["openid", "profile", "email"],
                "auth_params": {"acr_values": "high"},
            },
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

    def sign_in(self, address: str) -> dict:
        """Return the parameters with which a person who signed in at ``address`` is redirected back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}


class Handler(local_servers.Handler):
    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.read())

    def _answer(self, body: bytes):
        path = urlsplit(self.path).path
        if path in self.server.broken:
            return self.say(*self.server.broken[path])
        answers = {
            "/.well-known/openid-configuration": self._configuration,
            "/token": lambda: self._token(parse_qs(body.decode())),
            "/userinfo": lambda: {name: one for name, one in self.server.claims.items() if name != "acr"},
        }
        return self.say(200, json.dumps(answers[path]()).encode())

    def _configuration(self) -> dict:
        url = self.server.url
        return {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "userinfo_endpoint": f"{url}/userinfo",
            "jwks_uri": f"{url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _token(self, typed: dict) -> dict:
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert self.headers["Authorization"] == f"Basic {expected}"
        assert self.server.codes.pop(typed["code"][0])["code_challenge"]
        now = int(time.time())
        claims = {"iss": self.server.url, "aud": CLIENT, "iat": now, "exp": now + 300} | self.server.claims
        return {"access_token": "t", "token_type": "Bearer", "id_token": jwt.encode(claims, SECRET)}


def providing():
    """Run a provider on a port of its own."""
    return local_servers.serving(Provider())
