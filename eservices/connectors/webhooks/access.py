"""Rights and queries for the screens of webhooks. They belong to those who configure the site."""

from django.db.models import QuerySet

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from .models import WebhookEndpoint, WebhookKey, WebhookMessage

PERMISSION = "eservices_webhooks.change_webhookendpoint"
SHOWN = 100  # messages on the page of an endpoint


def may_configure_webhooks(user: User) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def endpoint_for(user: User, pk: int) -> WebhookEndpoint:
    """Return the endpoint. Raise Http404 if it does not exist or ``user`` does not configure webhooks."""
    mine = WebhookEndpoint.objects.all()
    return get_or_404(mine if may_configure_webhooks(user) else mine.none(), pk=pk)


def key_for(user: User, pk: int) -> WebhookKey:
    """Return a key. Raise Http404 like ``endpoint_for``."""
    mine = WebhookKey.objects.select_related("endpoint")
    return get_or_404(mine if may_configure_webhooks(user) else mine.none(), pk=pk)


def recent_messages(endpoint: WebhookEndpoint) -> QuerySet[WebhookMessage]:
    """Return the newest messages to an endpoint, with their attempts.

    They name cases by their reference only, so that no right to the cases is needed.
    """
    found = endpoint.messages.select_related("delivery", "case").prefetch_related("delivery__events")
    return found.order_by("-pk")[:SHOWN]
