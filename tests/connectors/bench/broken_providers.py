"""Doubles of Stripe, each with one fault."""

import time
from urllib.parse import urlsplit

from tests.payments.stripe_double import Response, Stripe, _error

from .broken_doubles import LATE

KEY = "sk_test_bench"
INTENTS = "/v1/payment_intents"


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
        if key in self.kept and "amount=1000&" in data and urlsplit(url).path == INTENTS:
            del self.kept[key]
        return super().request(method, url, headers, data, **kwargs)


class ForgetsCancellations(StripeWithKey):
    def _cancel(self, number):
        answer = super()._cancel(number)
        self.intents[number]["status"] = "requires_payment_method"
        return answer


class HidesTheList(StripeWithKey):
    def _answer(self, method, path, asked):
        if (method, *path) == ("GET", "payment_intents"):
            return _error("This key may not list intents", 403)
        return super()._answer(method, path, asked)


class HasNoPage(StripeWithKey):
    def _intent(self, asked):
        made = super()._intent(asked)
        made["next_action"] = None
        return made


class ForgetsBodies(StripeWithKey):
    def request(self, method, url, headers=None, data=None, **kwargs):
        if "amount=1001&" in (data or ""):
            self.kept.pop((headers or {}).get("Idempotency-Key"), None)
        return super().request(method, url, headers, data, **kwargs)


class CallsItPaid(StripeWithKey):
    def _known(self, rows, number):
        answer = super()._known(rows, number)
        return Response(rows[number] | {"status": "succeeded"}) if number in self.intents else answer


class LosesCancelled(StripeWithKey):
    def _cancel(self, number):
        answer = super()._cancel(number)
        del self.intents[number]
        return answer


class RefundsUnpaid(StripeWithKey):
    def _refund(self, asked):
        self.intents[asked["payment_intent"]]["amount_received"] = int(asked["amount"])
        return super()._refund(asked)


class CutsPayoutsOff(StripeWithKey):
    def _answer(self, method, path, asked):
        answer = super()._answer(method, path, asked)
        if path == ["payouts"]:
            answer.content = answer.content[:-2]
        return answer


class ListsPayoutsLate(StripeWithKey):
    def _answer(self, method, path, asked):
        if path == ["payouts"]:
            time.sleep(LATE)
        return super()._answer(method, path, asked)
