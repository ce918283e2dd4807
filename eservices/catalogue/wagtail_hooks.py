"""The editors' screens of the catalogue."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks

from .models import ServicePage


@hooks.register("before_publish_page")
def refuse_faulty_service(request, page):
    """A service that would fail a resident is kept as a draft, and its faults are said."""
    return _refusal(request, page.specific)


@hooks.register("before_bulk_action")
def refuse_faulty_services(request, action_type, objects, action):
    """The same where several pages are published at once: none is, and the first fault is said."""
    if action_type != "publish":
        return None
    drafts = (page.get_latest_revision_as_object() for page in objects if hasattr(page, "latest_revision"))
    return next(filter(None, (_refusal(request, page) for page in drafts)), None)


def _refusal(request, page):
    if not isinstance(page, ServicePage) or not page.is_source or not (faults := page.faults()):
        return None
    messages.error(
        request,
        _("Not published, kept as a draft. To correct: %(faults)s")
        % {"faults": " · ".join(str(fault) for fault in faults)},
    )
    return redirect("wagtailadmin_pages:edit", page.pk)
