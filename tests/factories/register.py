"""Population register over HTTP with configurable responses, and cases with a register check."""

import json
import ssl
import time
from collections.abc import Sequence
from urllib.parse import unquote

from django.utils import timezone

from eservices.cases import process
from eservices.cases.models import Case, CaseStage
from eservices.connectors.doubles.json_server import read_json
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.register import actions
from eservices.register.contrib.demo import DemoRegister
from eservices.register.declared_person import declared_person
from eservices.register.models import RegisterCheck
from eservices.register.persons import DeclaredPerson, to_json_data
from tests.factories.cases import DECISION, CaseFactory
from tests.support import local_servers

TOKEN = "a token that the commune was given"
CHECK = {
    "key": "check",
    "type": "register",
    "settings": {
        "format": 1,
        "given_names": "prenom",
        "family_name": "nom",
        "birth_date": "naissance",
        "address": "adresse",
        "with_birth_date": True,
        "with_address": True,
    },
}
ELODIE = {
    "prenom": "Elodie",
    "nom": "MARCHETTI",
    "naissance": "1988-04-17",
    "adresse": {"street": "r. du Lac", "number": "12", "postcode": "1199", "town": "Orvenay VD"},
}


def checked_case(
    answers: dict | None = None,
    *,
    asked: bool = True,
    settings: dict | None = None,
    following: list | None = None,
    **fields,
) -> Case:
    """Create a case whose first stage is a register check; by default a decision follows.

    ``asked``: whether the worker has queried the register.
    """
    stage = CHECK | {"settings": CHECK["settings"] | (settings or {})}
    case = CaseFactory(
        stages=[stage, *([DECISION] if following is None else following)],
        answers=ELODIE | (answers or {}),
        **fields,
    )
    return ask(case) if asked else case


def ask(case: Case) -> Case:
    """Query the register as the worker does, and advance the case."""
    actions.run_check(check_of(case).pk)
    process.advance_case(case.pk)
    return Case.objects.get(pk=case.pk)


def found_in_register(case: Case, key: str = "ORV-1", named: Sequence[str] = ()) -> None:
    """Record that the register found the applicant and the ``named`` people, as a stage would."""
    stage = case.stages.first()
    if stage is None or stage.type == "register":
        return
    people = [DemoRegister().person(one) for one in (key, *named)]
    shown = [{"outcome": "match", "people": [to_json_data(one)], "person": one.key} for one in people]
    named_ones = [DeclaredPerson(one.given_names, one.family_name) for one in people[1:]]
    said = [{"declared": to_json_data(one)} for one in (declared_by(case, stage), *named_ones)]
    RegisterCheck.objects.create(
        stage=stage,
        **shown[0],
        **said[0],
        named=[one | told for one, told in zip(said[1:], shown[1:], strict=True)],
        due_at=None,
        answered_at=timezone.now(),
    )


def check_of(case: Case) -> RegisterCheck:
    return RegisterCheck.objects.get(stage__case=case)


def declared_by(case: Case, stage: CaseStage) -> DeclaredPerson:
    """Return the applicant's data as declared, as the stage reads them."""
    return declared_person(case.version.definition, case.answers, stage.spec.settings)


class Server(local_servers.Server):
    """A register over HTTP, as ``docs/connectors.md`` specifies it, with configurable faults.

    ``reply``: a fixed response as status and body; ``slow``: seconds before the response; ``token``: the required
    token, None for none; ``drip``: seconds between the bytes of an endless body; ``drip_head``: the same of endless
    headers; ``elsewhere``: address of a redirect from ``url``; ``beside``: body of that redirect.
    """

    reply: tuple[int, bytes] | None = None
    token: str | None = TOKEN
    slow = drip = drip_head = 0.0
    elsewhere, beside = "", b""

    def __init__(self, tls: ssl.SSLContext | None = None):
        super().__init__(Handler)
        self.double, self.asked, self.tls = RegisterDouble(TOKEN), [], tls
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        """Ignore clients that disconnect or have no certificate."""

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.server_port}/v1"


class Handler(local_servers.Handler):
    protocol_version = "HTTP/1.1"
    sent = 0

    def do_GET(self):
        self._serve()

    def do_POST(self):
        self._serve()

    def _serve(self):
        body = self.read()
        self.server.asked.append((self.command, self.path, body))
        time.sleep(self.server.slow)
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self.say(401, b"{}")
        if self.server.elsewhere and self.server.url.endswith(self.path):
            return self.say(302, self.server.beside, headers={"Location": self.server.elsewhere})
        if self.server.drip:
            return self._drip()
        if self.server.drip_head:
            return self._drip_head()
        return self.say(*(self.server.reply or self._answer(body)))

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        path = tuple(unquote(part) for part in self.path.split("/")[2:])
        status, data = self.server.double.reply(self.command, path, self.headers, read_json(body))
        return status, json.dumps(data).encode()

    def _drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while self._write(b" "):
            time.sleep(self.server.drip)

    def _drip_head(self):
        self.send_response(200)
        self.flush_headers()
        while self._write(b"X-Wait: 1\r\n"[self.sent % 11 :][:1]):
            self.sent += 1
            time.sleep(self.server.drip_head)

    def _write(self, piece: bytes) -> bool:
        try:
            self.wfile.write(piece)
        except OSError:  # the client closed the connection
            return False
        return True


def serving(tls: ssl.SSLContext | None = None):
    """Run a register on a port of its own, over TLS if ``tls`` is given."""
    return local_servers.serving(Server(tls))
