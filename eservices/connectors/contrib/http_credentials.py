"""Authentication at the HTTP interface of business software: bearer token, OAuth 2, client certificate."""

import hashlib
import ssl
import tempfile
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

from home.web.http_client import HttpClient, HttpError, HttpRefused

from ..business_system import SystemRefused, SystemUnreachable
from ..configuration import Configuration

MARGIN = 60  # seconds before its end that a token is no longer used
LIFETIME = 300  # seconds, if the server names none

_tokens: dict[str, tuple[str, float]] = {}  # of this process, by a digest of what they were given for


@dataclass(frozen=True)
class HttpCredentials:
    """A token, the credentials with which one is fetched, a certificate, or several of them."""

    token: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    certificate: str = ""  # PEM
    certificate_key: str = ""
    authority: str = ""  # PEM of the CA of the server's certificate, if it is not publicly trusted

    def tls_context(self) -> ssl.SSLContext:
        """Return how the server is checked, with our certificate. Raise ``SystemRefused`` if it cannot be used."""
        try:
            context = ssl.create_default_context(cadata=self.authority or None)
            if self.certificate:
                with tempfile.NamedTemporaryFile(
                    "w", suffix=".pem"
                ) as file:  # ssl reads files only; mode 600
                    file.write(f"{self.certificate}\n{self.certificate_key}\n")
                    file.flush()
                    context.load_cert_chain(file.name)
        except (OSError, ValueError) as fault:
            raise SystemRefused(
                _("The certificate cannot be used: %(reason)s") % {"reason": fault}
            ) from fault
        return context

    def headers(self, client: HttpClient, *, renew: bool = False) -> dict[str, str]:
        """Return the header of the token. ``renew``: fetch a new one, because the last was refused."""
        token = self._fetched_token(client, renew) if self.token_url else self.token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _fetched_token(self, client: HttpClient, renew: bool) -> str:
        """Return an access token of the client credentials grant (RFC 6749, 4.4)."""
        about = "\0".join((self.token_url, self.client_id, self.client_secret, self.scope))
        key = hashlib.sha256(about.encode()).hexdigest()
        token, ends = _tokens.get(key, ("", 0.0))
        if not renew and time.monotonic() < ends - MARGIN:
            return token
        oauth = BackendApplicationClient(self.client_id)
        body = oauth.prepare_request_body(
            scope=self.scope or None, client_secret=self.client_secret, include_client_id=True
        )
        try:
            answer = client.request(
                "POST",
                self.token_url,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                body=body.encode(),
            )
        except HttpRefused as fault:
            raise SystemRefused(
                _("%(host)s is in an internal network: the operator may allow it by EXCHANGE_INTERNAL_HOSTS.")
                % {"host": urlsplit(self.token_url).hostname}
            ) from fault
        except HttpError as fault:
            raise SystemUnreachable(_("No token: %(reason)s") % {"reason": fault.kind}) from fault
        if answer.status_code >= 500 or answer.status_code == 429:
            raise SystemUnreachable(_("No token: %(reason)s") % {"reason": answer.status_code})
        try:
            found = oauth.parse_request_body_response(answer.text)
            lifetime = int(found.get("expires_in") or LIFETIME)
        except (OAuth2Error, ValueError, TypeError, AttributeError, OverflowError) as fault:
            raise SystemRefused(_("No token: %(reason)s") % {"reason": type(fault).__name__}) from fault
        _tokens[key] = (found["access_token"], time.monotonic() + lifetime)
        return found["access_token"]


def read_credentials(configuration: Configuration) -> HttpCredentials:
    """Return the configured credentials."""
    found = HttpCredentials(
        token=configuration.text("token", most=4000),
        token_url=configuration.text("token_url"),
        client_id=configuration.text("client_id"),
        client_secret=configuration.text("client_secret", most=4000),
        scope=configuration.text("scope"),
        certificate=configuration.text("certificate", most=50_000),
        certificate_key=configuration.text("certificate_key", most=50_000),
        authority=configuration.text("authority", most=50_000),
    )
    if not (found.token or found.token_url or found.certificate):
        configuration.refuse("token", _("Enter a token, an address for tokens or a certificate."))
    if found.token_url and not (found.client_id and found.client_secret):
        configuration.refuse("client_id", _("Tokens need a client id and a secret."))
    return found
