"""Secret addresses of resource calendars."""

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User
from home.web.secret_links import new_secret

from ..models import CalendarLink, Resource
from .history import log_resource_action


@transaction.atomic
def renew_link(*, actor: User, resource: Resource) -> CalendarLink:
    """Create a new secret address for the calendar, which invalidates the previous one."""
    Resource.objects.select_for_update().get(pk=resource.pk)
    link, _made = CalendarLink.objects.update_or_create(
        resource=resource, defaults={"secret": new_secret(), "made_at": timezone.now(), "made_by": actor}
    )
    log_resource_action(actor, resource, "renew_link")
    return link


@transaction.atomic
def end_link(*, actor: User, resource: Resource) -> None:
    """Delete the secret address of the calendar."""
    CalendarLink.objects.filter(resource=resource).delete()
    log_resource_action(actor, resource, "end_link")
