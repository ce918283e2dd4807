"""Record of sign-ins, and the limits that are counted from it.

Shown to the user and to administrators, and erased after ``SIGN_IN_RECORD_DAYS``.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from eservices.accounts.models import CodeTries, SignIn, User
from eservices.deliveries.actions import queue_email
from home.web import rate_limits

HOUR = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)  # a network is known to a user who signed in from it within this time
MOST_WRONG_CODES = 30  # from one network in an hour, for all accounts
ALARMING_CODES = 100  # wrong codes from all networks in an hour
QUIET = timedelta(days=1)  # between two alarms, at least
CODE_KEPT = timedelta(days=1)
TOLD_EVERY = 15 * 60  # seconds


def record(
    request: HttpRequest | None,
    kind: SignIn.Kind,
    *,
    user: User | None = None,
    email: str = "",
    method: str = "",
) -> SignIn:
    """Store one attempt to sign in, with the network and the browser of the request."""
    agent = request.headers.get("User-Agent", "") if request else ""
    return SignIn.objects.create(
        user=user,
        email=(user.email if user else email)[:254],
        kind=kind,
        method=method if method in SignIn.Method.values else "",
        network=rate_limits.client_address(request)[:64] if request else "",
        user_agent=agent[:200],
    )


def record_lock_out(
    request: HttpRequest, *, who: str, user: User | None, method: str, email: str = ""
) -> None:
    """Record that a sign-in was locked out, at most once per ``TOLD_EVERY`` for each ``who``.

    The limit keeps an attacker from filling the record. ``who``: the account that was limited, with the network.
    """
    if rate_limits.RateLimit(f"told-{method}", 1, TOLD_EVERY).allows(who):
        record(request, SignIn.Kind.LOCKED_OUT, user=user, email=email, method=method)


def is_known_network(user: User | None, network: str, now: datetime | None = None) -> bool:
    """Return whether the user signed in from this network within ``KNOWN_FOR``."""
    if user is None:
        return False
    since = (now or timezone.now()) - KNOWN_FOR
    return user.sign_ins.filter(kind=SignIn.Kind.SIGNED_IN, network=network, at__gte=since).exists()


# -- One-time codes -------------------------------------------------------------------------------------------
def was_wrong_too_often(process) -> bool:
    """Return whether all tries of this code are used, from any network."""
    digest = _digest(process)
    return CodeTries.objects.filter(code=digest, tries__gte=process.max_attempts).exists()


def _digest(process) -> str:
    identity = f"{process.state.get('user_id')}:{process.state.get('at')}:{process.code}"
    return salted_hmac("code-tries", identity, algorithm="sha256").hexdigest()


def allow_code(request: HttpRequest, process) -> bool:
    """Count one try of the code of ``process``. Return False if the code or the network had too many.

    A network from which the user signed in lately has no limit: it may be that of the whole town hall. Tries of one
    code are counted in one row by an atomic update, so that simultaneous tries do not each count as the first.
    """
    network, since = rate_limits.client_address(request), timezone.now() - HOUR
    wrong = SignIn.objects.failed_codes().filter(network=network, at__gte=since)
    if wrong.count() >= MOST_WRONG_CODES and not is_known_network(process.user, network):
        return False
    digest = _digest(process)
    with transaction.atomic():
        CodeTries.objects.get_or_create(code=digest)
        tried = CodeTries.objects.filter(code=digest, tries__lt=process.max_attempts)
        return tried.update(tries=F("tries") + 1) == 1


@transaction.atomic
def raise_alarm() -> None:
    """Send an e-mail to the administrators if codes are being guessed, at most once a day."""
    now = timezone.now()
    number = SignIn.objects.failed_codes().filter(at__gte=now - HOUR).count()
    told = SignIn.objects.filter(kind=SignIn.Kind.ALARM, at__gte=now - QUIET)
    if number < ALARMING_CODES or told.exists():
        return
    record(None, SignIn.Kind.ALARM)
    for user in User.objects.filter(is_superuser=True, is_active=True):
        queue_email(
            to=user.email,
            template="account/email/sign_in_alarm",
            context={"number": number, "url": settings.WAGTAILADMIN_BASE_URL + reverse("sign_ins")},
            language=user.language,
        )


# -- Erasure --------------------------------------------------------------------------------------------------
def erase_old(now: datetime) -> None:
    """Delete sign-ins and code counts after their retention time."""
    SignIn.objects.filter(at__lt=now - timedelta(days=settings.SIGN_IN_RECORD_DAYS)).delete()
    CodeTries.objects.filter(at__lt=now - CODE_KEPT).delete()
