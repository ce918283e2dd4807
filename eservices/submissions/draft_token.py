"""Signed token for the draft that a first page will start.

Nothing is saved when a form is opened. Its page contains, signed, the secret that its draft will have: all requests
from that page, by a person, automatic or repeated, start one draft and not several. The signed time is also used to
detect applicants who are too fast to be people.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils import timezone

from home.web.secret_links import new_secret

FIELD = "_begun"  # hidden input of a first page
HOLDS = timedelta(hours=12)  # a page that was open for longer starts a separate draft
SALT = "submissions.begun"


@dataclass(frozen=True)
class DraftToken:
    """The secret of a future draft, its form, and when its page was opened."""

    form: str
    secret: str
    since: datetime

    def __str__(self) -> str:
        return signing.Signer(salt=SALT).sign(f"{self.form}.{self.secret}.{int(self.since.timestamp())}")


def new_token(form: str) -> DraftToken:
    return DraftToken(form, new_secret(), timezone.now())


def read_token(text: str, form: str) -> DraftToken | None:
    """Return the token that a page of the form posted; None if its signature, form or age is wrong."""
    try:
        written, secret, since = signing.Signer(salt=SALT).unsign(text).split(".")
    except (signing.BadSignature, ValueError):
        return None
    found = DraftToken(written, secret, datetime.fromtimestamp(int(since), UTC))
    return found if written == form and timezone.now() - found.since < HOLDS else None
