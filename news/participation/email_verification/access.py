"""Access to pending actions: only by the e-mailed secret."""

from datetime import datetime

from django.http import Http404

from home.web.opt_ins import find_by_link
from home.web.secret_links import LinkExpired

from .models import PendingAction


def pending_action_by_secret(secret: str, now: datetime) -> PendingAction:
    """Return a valid pending action.

    Raise LinkExpired alike if it was confirmed, expired or never existed, so that a stranger does not learn which.
    """
    try:
        return find_by_link(PendingAction, secret, now)
    except Http404:
        raise LinkExpired from None
