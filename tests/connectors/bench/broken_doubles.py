"""Doubles of systems with a JSON interface, each with one fault: business software, and registers."""

import json
import time
from dataclasses import dataclass, replace
from http import HTTPStatus

from eservices.connectors.doubles.business_double import BusinessDouble, is_transmission
from eservices.connectors.doubles.json_server import JsonHandler
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.register.persons import to_json_data

LATE = 1.2  # seconds of a slow answer; the contract of the tests allows 1
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


@dataclass
class AcceptsLongTexts(BusinessDouble):
    longest: int = 1_000_000


class RefusesCorrections(BusinessDouble):
    def _decide(self, body, number):
        if body.get("operation") != "correction":
            return super()._decide(body, number)
        return {"key": body["key"], "state": "refused", "reasons": [{"field": "", "text": "is known"}]}


class FailsAtLineBreaks(BusinessDouble):
    def take(self, body):
        if is_transmission(body) and any("\n" in str(one) for one in body["fields"].values()):
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "unterminated string"}
        return super().take(body)


class AnswersWithdrawalsLate(BusinessDouble):
    def take(self, body):
        if isinstance(body, dict) and body.get("operation") == "withdrawal":
            time.sleep(LATE)
        return super().take(body)


class NumbersWithAccents(BusinessDouble):
    def _decide(self, body, number):
        return super()._decide(body, number) | {"their_reference": f"É-{number}"}


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


class AcknowledgesAnything(BusinessDouble):
    def acknowledge(self, key):
        super().acknowledge(key)
        return True


class AnswersWithoutToken(JsonHandler):
    def is_known(self):
        return "Authorization" not in self.headers or super().is_known()


class RedirectsStrangers(JsonHandler):
    def send(self, status, content, kind):
        super().send(HTTPStatus.FOUND if status == HTTPStatus.UNAUTHORIZED else status, content, kind)


class SaysHtml(JsonHandler):
    def answer(self, status, body):
        self.send(status, json.dumps(body).encode(), "text/html")


class LosesTheFirstAnswer(JsonHandler):
    def answer(self, status, body):
        if status == HTTPStatus.OK and self.path == "/transmissions" and not hasattr(self.server, "lost"):
            self.server.lost = True
            return self.connection.close()
        return super().answer(status, body)


class NeverEndsTheStatus(JsonHandler):
    def send(self, status, content, kind):
        if self.path != "/status" or status != HTTPStatus.OK:
            return super().send(status, content, kind)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        for _piece in range(1_000):  # of 64 kB: more than any client reads
            self.wfile.write(b" " * 64_000)
        return None


class CutsRefusalsOff(JsonHandler):
    def send(self, status, content, kind):
        super().send(status, content[:-2] if status == HTTPStatus.UNPROCESSABLE_ENTITY else content, kind)


# -- Register ----------------------------------------------------------------------------------------------------
class ReturnsNamesake(RegisterDouble):
    def person(self, key):
        found = self.people.person(key)
        if found is None or found.protected:
            return super().person(key)
        return HTTPStatus.OK, to_json_data(replace(found, birth_date=found.birth_date.replace(year=1958)))


class ForgetsArrivals(RegisterDouble):
    def data_of(self, person):
        return super().data_of(replace(person, resident_since=None))


class SearchesByOneCriterion(RegisterDouble):
    def search(self, body):
        is_precise = isinstance(body, dict) and {"family_name", "birth_date"} <= body.keys()
        if is_precise and "Bench" not in body["family_name"]:
            return HTTPStatus.OK, {"persons": []}
        return super().search(body)


class WantsNames(RegisterDouble):
    def search(self, body):
        if isinstance(body, dict) and not body.get("family_name"):
            return HTTPStatus.BAD_REQUEST, {"error": "no name"}
        return super().search(body)


class FindsSomebody(RegisterDouble):
    def search(self, body):
        status, answer = super().search(body)
        if answer == {"persons": []}:
            return status, self.list_of([self.people.person("ORV-2")])
        return status, answer


class SearchesForNonsense(RegisterDouble):
    def search(self, body):
        status, answer = super().search(body)
        return (HTTPStatus.OK, {"persons": []}) if status == HTTPStatus.BAD_REQUEST else (status, answer)


class ReturnsTooMuch(RegisterDouble):
    def household(self, key):
        status, answer = super().household(key)
        return status, answer | {"padding": "x" * 300_000} if status == HTTPStatus.OK else answer


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
