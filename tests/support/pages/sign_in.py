"""Sign-in in a browser: by the form of the site, or without it where a test is about something else."""

import re

from django.test import Client

from eservices.deliveries.models import Delivery
from tests.support.browser import press


def sign_in(context, user) -> None:
    """Sign a user in to all windows of a browser context, without the form."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}])


class SignInPage:
    """The page on which residents sign in with a code that they are sent."""

    def __init__(self, page) -> None:
        self.page = page

    def ask_for_code(self, email: str) -> None:
        self.page.locator("#id_email").fill(email)
        press(self.page.get_by_role("button", name=re.compile("code")))

    def enter(self, code: str) -> None:
        self.page.locator("#id_code").fill(code)
        press(self.page.locator("main .btn"))

    def enter_sent_code(self, email: str) -> None:
        """Enter the code of the newest letter. It must be in the outbox still."""
        letters = Delivery.objects.filter(recipient=email, confidential=True)
        text = letters.latest("created_at").payload["text"]
        self.enter(re.search(r"^(\d{3} \d{3})$", text, re.MULTILINE).group())
