"""Background work: pages are examined, addresses elsewhere are asked. A task is a wake-up."""

from django.conf import settings
from django.tasks import task
from django.utils import timezone

BATCH, LINKS = 50, 20


@task()
def examine_due() -> None:
    """Examines pages whose time has come, and those that were never looked at."""
    from . import actions
    from .models import PageCheck

    PageCheck.make_missing()
    now = timezone.now()
    for check in PageCheck.objects.due(now).select_related("page")[:BATCH]:
        actions.examine(actor=None, check=check, now=now)


@task()
def ask_due() -> None:
    """Asks some of the addresses whose time has come: never many at once, never within a request."""
    from . import actions
    from .models import ExternalLink

    if not settings.LINK_CHECKS:
        return
    actions.forget_addresses()
    now = timezone.now()
    links = list(ExternalLink.objects.filter(due_at__lte=now).order_by("due_at", "pk")[:LINKS])
    actions.ask_addresses(links, now)
