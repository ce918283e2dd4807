"""Queries for services that a user may edit."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from wagtail.locks import ScheduledForPublishLock

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from .models import ServiceIndexPage, ServicePage


def service_for(user: User, pk: int) -> ServicePage:
    """Return the draft of a service page that ``user`` may edit. Raise Http404 or PermissionDenied."""
    page = get_or_404(ServicePage, pk=pk)
    if not page.permissions_for_user(user).can_edit():
        raise PermissionDenied
    draft: ServicePage = page.get_latest_revision_as_object()
    return draft


def counter_for(user: User, pk: int) -> ServiceIndexPage:
    """Return a service index page to which ``user`` may add services. Raise Http404 or PermissionDenied."""
    index = get_or_404(ServiceIndexPage, pk=pk)
    if not index.permissions_for_user(user).can_add_subpage():
        raise PermissionDenied
    return index


def edit_obstacle(user: User, page: ServicePage) -> str:
    """Return why ``user`` may read but not change the form of ``page``, as a sentence; "" if they may change it."""
    if page.alias_of_id:
        return _("This page is a copy of another page. Edit the form on the original page.")
    if not page.is_source:
        return _("Edit the form in its first language. Here you can only translate its texts.")
    lock = page.get_lock()
    if isinstance(lock, ScheduledForPublishLock):
        return _("The page is scheduled to be published: cancel the schedule first, then change its form.")
    if lock is not None and lock.for_user(user):
        return _("The page is locked because another person is working on it, or it is waiting for approval.")
    return ""
