"""The draft that a first page begins.

Nothing is kept when a form is opened. But its page carries, signed, the secret that its draft will have:
whatever is posted from it, by a press, by itself or twice, begins one draft and not several. The signed
moment also says how long somebody has been at it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils import timezone

from home.web.secret_links import new_secret

FIELD = "_begun"  # hidden input of a first page
HOLDS = timedelta(hours=12)  # a page that stood open for longer begins a draft of its own
signer = signing.Signer(salt="submissions.begun")


@dataclass(frozen=True)
class DraftToken:
    """The secret of a draft to be, of which form, and when its page was opened."""

    form: str
    secret: str
    since: datetime

    def __str__(self) -> str:
        return signer.sign(f"{self.form}.{self.secret}.{int(self.since.timestamp())}")


def new_token(form: str) -> DraftToken:
    return DraftToken(form, new_secret(), timezone.now())


def read_token(text: str, form: str) -> DraftToken | None:
    """What a page of the form brought back; None where it is not ours, of another form or too old."""
    try:
        written, secret, since = signer.unsign(text).split(".")
    except (signing.BadSignature, ValueError):
        return None
    found = DraftToken(written, secret, datetime.fromtimestamp(int(since), UTC))
    return found if written == form and timezone.now() - found.since < HOLDS else None
