"""The payer's part at a localstripe that CI has started: entering a card."""

import requests

GOOD, DECLINED, SECURE = "4242424242424242", "4000000000000341", "4000002500003155"


class LocalStripe:
    """localstripe's API, called as Stripe's script in the browser does."""

    def __init__(self, url: str):
        self.url = url

    def post(self, path: str, **data) -> requests.Response:
        return requests.post(f"{self.url}/v1/{path}", data=data, auth=("sk_test_x", ""), timeout=10)

    def confirm(self, number: str, card: str) -> requests.Response:
        """Enter the card and confirm the payment."""
        card = {"card[number]": card, "card[exp_month]": 12, "card[exp_year]": 2040, "card[cvc]": "123"}
        method = self.post("payment_methods", type="card", **card).json()["id"]
        self.post(f"payment_intents/{number}", payment_method=method).raise_for_status()
        return self.post(f"payment_intents/{number}/confirm")

    def pay(self, number: str) -> None:
        self.confirm(number, GOOD).raise_for_status()

    def authenticate(self, number: str, *, success: bool = True) -> requests.Response:
        """Answer 3-D Secure as the payer does on the phone."""
        intent = requests.get(
            f"{self.url}/v1/payment_intents/{number}", auth=("sk_test_x", ""), timeout=10
        ).json()
        return self.post(
            f"payment_intents/{number}/_authenticate",
            key="pk_test_x",
            client_secret=intent["client_secret"],
            success=str(success).lower(),
        )
