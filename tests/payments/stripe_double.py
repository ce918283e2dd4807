"""A double of the endpoints of Stripe that we call, in memory, used where no localstripe runs.

It supports what localstripe does not: TWINT, idempotency keys and payouts in francs. Its answers are taken from
Stripe's API reference; CI also runs the card tests against localstripe (``TEST_STRIPE_URL``).
"""

import hashlib
import hmac
import json
import time
from http.server import HTTPServer
from urllib.parse import parse_qsl, urlsplit

import stripe

from tests.support import local_servers

WEBHOOK_SECRET = "whsec_test"


class NotPayable(Exception):
    """The payment was cancelled and can no longer be paid."""


class Response:
    def __init__(self, content: dict, status: int = 200):
        self.content, self.status_code = json.dumps(content), status
        self.headers = {"content-type": "application/json"}


class Stripe:
    """Stripe, in place of the ``requests`` session that the SDK expects."""

    def __init__(self):
        self.intents, self.refunds, self.kept, self.payouts = {}, {}, {}, {}
        self.down = self.refusing = self.unknown_key = False
        self.refunding = "succeeded"  # status of new refunds; or "pending", "failed", "refused" (at once)
        self.calls = []

    def request(self, method, url, headers=None, data=None, **kwargs):
        self.calls.append((method.upper(), urlsplit(url).path))
        if self.down:
            raise stripe.APIConnectionError("no route to host")
        key = (headers or {}).get("Idempotency-Key")
        if method == "post" and key in self.kept:
            return self.kept[key]
        asked = _nested(data if data else urlsplit(url).query)
        answer = self._answer(method.upper(), urlsplit(url).path.removeprefix("/v1/").split("/"), asked)
        if method == "post" and key:
            self.kept[key] = answer
        return answer

    def close(self):
        pass

    def _answer(self, method, path, asked):
        match (method, *path):
            case _ if self.unknown_key:
                return _error("Invalid API Key provided", 401)
            case ("POST", "payment_intents") if self.refusing:
                return _error("Amount must be no more than CHF 5000", 400)
            case ("POST", "payment_intents"):
                return Response(self._intent(asked))
            case ("GET", "payment_intents", number):
                return self._known(self.intents, number)
            case ("GET", "payment_intents"):
                return Response(_list(list(self.intents.values())[: int(asked["limit"])]))
            case ("POST", "payment_intents", number, "cancel"):
                return self._cancel(number)
            case ("POST", "refunds"):
                return self._refund(asked)
            case ("GET", "refunds"):
                mine = [
                    one for one in self.refunds.values() if one["payment_intent"] == asked["payment_intent"]
                ]
                return Response(_list(mine))
            case ("GET", "refunds", number):
                return self._known(self.refunds, number)
            case ("GET", "payouts"):
                return Response(_list(self.payouts.values()))
            case ("GET", "balance_transactions"):
                return Response(_list(self.payouts[asked["payout"]]["rows"]))
        return _error(f"Unrecognized request URL ({method}: {'/'.join(path)})", 404)

    def _known(self, rows, number):
        return Response(rows[number]) if number in rows else _error(f"No such thing: {number}", 404)

    def _intent(self, asked):
        number = f"pi_{len(self.intents) + 1}"
        made = {
            "id": number,
            "object": "payment_intent",
            "amount": int(asked["amount"]),
            "amount_received": 0,
            "currency": asked["currency"],
            "client_secret": f"{number}_secret",
            "status": "requires_payment_method",
            "next_action": None,
            "last_payment_error": None,
            "metadata": asked["metadata"],
        }
        if asked.get("confirm"):
            url = f"https://pay.twint.example/{number}"
            made |= {"status": "requires_action", "next_action": {"redirect_to_url": {"url": url}}}
        self.intents[number] = made
        return made

    def _cancel(self, number):
        intent = self.intents[number]
        if intent["status"] == "succeeded":
            return _error("This PaymentIntent could not be canceled: it has a status of succeeded.", 400)
        intent["status"] = "canceled"
        return Response(intent)

    def _refund(self, asked):
        intent = self.intents[asked["payment_intent"]]
        given = sum(
            one["amount"]
            for one in self.refunds.values()
            if one["payment_intent"] == intent["id"] and one["status"] != "failed"
        )
        if given + int(asked["amount"]) > intent["amount_received"] or self.refunding == "refused":
            return _error("Refund amount is greater than unrefunded amount on charge", 400)
        number = f"re_{len(self.refunds) + 1}"
        self.refunds[number] = {
            "id": number,
            "object": "refund",
            "amount": int(asked["amount"]),
            "payment_intent": intent["id"],
            "metadata": asked["metadata"],
        }
        self.answer_refund(number, self.refunding)
        return Response(self.refunds[number])

    # -- What the payer and the bank do
    def pay(self, number, amount=None, currency=None):
        """Pay an intent. Raise NotPayable if it was cancelled."""
        intent = self.intents[number]
        if intent["status"] == "canceled":
            raise NotPayable(number)
        intent["currency"] = currency or intent["currency"]
        received = intent["amount"] if amount is None else amount
        intent |= {"status": "succeeded", "amount_received": received, "next_action": None}

    def decline(self, number):
        error = {"message": "Your card was declined."}
        self.intents[number] |= {"status": "requires_payment_method", "last_payment_error": error}

    def answer_refund(self, number, status):
        """Set the status of a refund, at once or days later."""
        reason = {"failure_reason": "expired_or_canceled_card"} if status == "failed" else {}
        self.refunds[number] |= {"status": status} | reason

    def transfer(self, number, *, fee, **amounts):
        """Create a payout of payments by their number, ``pi_1=3000``; a negative amount is a refund."""
        rows = [
            {"object": "balance_transaction", "id": f"txn_{one}", "amount": amount, "currency": "chf"}
            | (
                {"type": "charge", "source": {"object": "charge", "id": f"ch_{one}", "payment_intent": one}}
                if amount > 0
                else {"type": "refund", "source": {"object": "refund", "id": one}}
            )
            for one, amount in amounts.items()
        ]
        net = sum(amounts.values()) - fee
        self.payouts[number] = {
            "object": "payout",
            "id": number,
            "amount": net,
            "currency": "chf",
            "arrival_date": int(time.time()),
            "rows": rows,
        }


def server(double: Stripe) -> HTTPServer:
    """Return a server that answers over HTTP as the double does, on a free port; ``/_pay/NUMBER`` pays an intent.

    ``/_taken/NUMBER``: the number of intents of the same payment, and the amount refunded.
    """

    class Handler(local_servers.Handler):
        def do_GET(self):
            self.do_POST()

        def do_POST(self):
            body = self.read().decode()
            match self.path.split("/")[1:]:
                case ["_pay", number] if double.intents[number]["status"] == "canceled":
                    return self.say(400, b"null")
                case ["_pay", number]:
                    double.pay(number)
                    return self.say(200, b"null")
                case ["_transfer", number]:
                    double.transfer(number, **json.loads(body))
                    return self.say(200, b"null")
                case ["_taken", number]:
                    about = double.intents[number]["metadata"]
                    same = [one for one in double.intents.values() if one["metadata"] == about]
                    back = [one for one in double.refunds.values() if one["payment_intent"] == number]
                    return self.say(200, json.dumps([len(same), sum(one["amount"] for one in back)]).encode())
            answer = double.request(self.command.lower(), self.path, self.headers, body)
            return self.say(answer.status_code, answer.content.encode())

    return HTTPServer(("127.0.0.1", 0), Handler)


def client(double: Stripe) -> stripe.StripeClient:
    http = stripe.RequestsClient(session=double)
    return stripe.StripeClient("sk_test_x", http_client=http, max_network_retries=0)


def event(number: str, kind: str = "payment_intent.succeeded", secret=WEBHOOK_SECRET, at=None) -> dict:
    """Return the arguments of the test client's ``post`` for a signed webhook call of Stripe."""
    about = {"object": "payment_intent", "id": number}
    body = json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": about}})
    stamp = int(at or time.time())
    signature = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "data": body,
        "content_type": "application/json",
        "headers": {"Stripe-Signature": f"t={stamp},v1={signature}"},
    }


def _list(rows) -> dict:
    return {"object": "list", "data": list(rows), "has_more": False, "url": "/v1/list"}


def _error(message: str, status: int) -> Response:
    return Response({"error": {"type": "invalid_request_error", "message": message}}, status)


def _nested(encoded) -> dict:
    """Parse form fields. Among fields in brackets only metadata is returned, because nothing here uses others."""
    fields = dict(parse_qsl(encoded or ""))
    metadata = {name[9:-1]: one for name, one in fields.items() if name.startswith("metadata[")}
    return {name: one for name, one in fields.items() if "[" not in name} | {"metadata": metadata}
