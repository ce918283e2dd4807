"""Doubles of other systems, each with one fault. ``FAULTS`` names the clause that each of them breaks."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import islice
from urllib.parse import urlsplit

from eservices.connectors.contrib.folder import FolderStore
from eservices.connectors.document_store import CHUNK
from eservices.connectors.doubles.business_double import BusinessDouble, is_transmission
from eservices.connectors.doubles.json_server import JsonHandler
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.register.persons import to_json_data
from tests.payments.stripe_double import Stripe, _error

TOKEN = "double"
KEY = "sk_test_bench"
LATE = 1.4  # seconds of a slow answer; the contract of the tests allows 1
HANGING = 3  # seconds of an answer that the bench does not wait for


# -- Business software -------------------------------------------------------------------------------------------
class AcceptsTwice(BusinessDouble):
    def take(self, body):
        if isinstance(body, dict) and self.bodies.get(body.get("key")) == body:
            self.decided[body["key"]] = self._decide(body, len(self.bodies) + 100)
        return super().take(body)


class IgnoresOtherBody(BusinessDouble):
    def take(self, body):
        known = self.bodies.get(body.get("key")) if isinstance(body, dict) else None
        return super().take(known or body)


class WritesWrongReference(BusinessDouble):
    def take(self, body):
        status, answer = super().take(body)
        return status, answer | {"key": "another"} if "key" in answer else answer


class AcceptsNonsense(BusinessDouble):
    def take(self, body):
        status, answer = super().take(body)
        if status == HTTPStatus.BAD_REQUEST:
            return HTTPStatus.OK, {"key": "none", "state": "accepted"}
        return status, answer


class RefusesWithWrongStatus(BusinessDouble):
    def take(self, body):
        status, answer = super().take(body)
        return HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else status, answer


class NeverAnswersWithdrawals(BusinessDouble):
    def take(self, body):
        if isinstance(body, dict) and body.get("operation") == "withdrawal":
            time.sleep(HANGING)
        return super().take(body)


class RegistersRaces(BusinessDouble):
    def take(self, body):
        if not is_transmission(body) or body["key"] in self.bodies:
            return super().take(body)
        time.sleep(0.05)
        with self.lock:
            number = self.bodies[""] = self.bodies.get("", 0) + 1
            self.bodies[body["key"]] = body
            self.decided[body["key"]] = receipt = self._decide(body, number)
        refused = receipt["state"] == "refused"
        return HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK, receipt


class LosesReceipts(BusinessDouble):
    def ready_receipts(self):
        found = super().ready_receipts()
        for one in found:
            self.acknowledge(one["key"])
        return found


class ListsNewestFirst(BusinessDouble):
    def ready_receipts(self):
        return super().ready_receipts()[::-1]


class KeepsReceipts(BusinessDouble):
    def acknowledge(self, key):
        return key in self.waiting


class AnswersWithoutToken(JsonHandler):
    def is_known(self):
        return "Authorization" not in self.headers or super().is_known()


class SaysHtml(JsonHandler):
    def answer(self, status, body):
        self.send(status, json.dumps(body).encode(), "text/html")


# -- Register ----------------------------------------------------------------------------------------------------
class ReturnsNamesake(RegisterDouble):
    def person(self, key):
        found = self.people.person(key)
        if found is None or found.protected:
            return super().person(key)
        return HTTPStatus.OK, to_json_data(replace(found, birth_date=found.birth_date.replace(year=1958)))


class SearchesSlowly(RegisterDouble):
    def search(self, body):
        if isinstance(body, dict) and "Bench" in str(body.get("family_name")):
            time.sleep(LATE)
        return super().search(body)


class SearchesByAccents(RegisterDouble):
    def search(self, body):
        if isinstance(body, dict) and str(body.get("family_name")).isupper():
            return HTTPStatus.OK, {"persons": []}
        return super().search(body)


class KnowsEverybody(RegisterDouble):
    def person(self, key):
        status, answer = super().person(key)
        return (HTTPStatus.OK, None) if status == HTTPStatus.NOT_FOUND else (status, answer)


class HidesProtection(RegisterDouble):
    def data_of(self, person):
        return super().data_of(replace(person, protected=False))


class WritesLatin1(JsonHandler):
    def answer(self, status, body):
        self.send(
            status, json.dumps(body, ensure_ascii=False).encode("latin-1", "replace"), "application/json"
        )


class CutsHouseholdsOff(JsonHandler):
    def send(self, status, content, kind):
        if not self.path.endswith("household") or status != HTTPStatus.OK:
            return super().send(status, content, kind)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return self.wfile.write(content[: len(content) // 2])


# -- Document management -----------------------------------------------------------------------------------------
class ClaimsTwice(FolderStore):
    def claim(self, folder):
        super().claim(folder)
        return True


class CutsFilesOff(FolderStore):
    def write(self, path, chunks, size):
        super().write(path, islice(chunks, 1) if size > CHUNK else chunks, size)


class KeepsHalfFiles(FolderStore):
    def write(self, path, chunks, size):
        with open(self.root / path, "wb") as file:
            file.writelines(chunks)


# -- Payment provider --------------------------------------------------------------------------------------------
class StripeWithKey(Stripe):
    """The double of Stripe, which refuses other keys than its own."""

    def request(self, method, url, headers=None, data=None, **kwargs):
        if (headers or {}).get("Authorization") != f"Bearer {KEY}":
            return _error("Invalid API Key provided", 401)
        return super().request(method, url, headers, data, **kwargs)


class TakesAnyKey(Stripe):
    pass


class ChargesTwice(StripeWithKey):
    def request(self, method, url, headers=None, data=None, **kwargs):
        key = (headers or {}).get("Idempotency-Key")
        if key in self.kept and "amount=1000&" in data and urlsplit(url).path == "/v1/payment_intents":
            del self.kept[key]
        return super().request(method, url, headers, data, **kwargs)


class ForgetsCancellations(StripeWithKey):
    def _cancel(self, number):
        answer = super()._cancel(number)
        self.intents[number]["status"] = "requires_payment_method"
        return answer


# -- Faults ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fault:
    """A double that breaks one clause. ``more``: options of the trial."""

    clause: str
    kind: str
    double: Callable
    handler: type[JsonHandler] = JsonHandler
    more: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        part = self.handler if self.handler is not JsonHandler else self.double
        return f"{self.clause}-{part.__name__}"


POLLING = {"answers": "polling"}
FAULTS = [
    Fault("B2", "business", BusinessDouble, AnswersWithoutToken),
    Fault("B4", "business", WritesWrongReference),
    Fault("B5", "business", AcceptsTwice),
    Fault("B6", "business", IgnoresOtherBody),
    Fault("B7", "business", AcceptsNonsense),
    Fault("B8", "business", RefusesWithWrongStatus),
    Fault("B10", "business", NeverAnswersWithdrawals, more={"within": 1}),
    Fault("B12", "business", ListsNewestFirst, more=POLLING),
    Fault("B13", "business", LosesReceipts, more=POLLING),
    Fault("B14", "business", KeepsReceipts, more=POLLING),
    Fault("B16", "business", RegistersRaces),
    Fault("B17", "business", BusinessDouble, SaysHtml),
    Fault("R1", "register", RegisterDouble, AnswersWithoutToken),
    Fault("R2", "register", ReturnsNamesake),
    Fault("R3", "register", RegisterDouble, WritesLatin1),
    Fault("R5", "register", KnowsEverybody),
    Fault("R8", "register", SearchesByAccents),
    Fault("R11", "register", RegisterDouble, CutsHouseholdsOff),
    Fault("R12", "register", HidesProtection),
    Fault("R14", "register", SearchesSlowly, more={"within": 1}),
    Fault("D3", "records", ClaimsTwice),
    Fault("D5", "records", CutsFilesOff),
    Fault("D8", "records", KeepsHalfFiles),
    Fault("P2", "payment", TakesAnyKey),
    Fault("P4", "payment", ChargesTwice),
    Fault("P7", "payment", ForgetsCancellations),
]
