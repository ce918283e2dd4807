"""The editors' screens of the catalogue."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks

from .models import ServicePage


@hooks.register("before_publish_page")
def refuse_faulty_service(request, page):
    """A service that would fail a resident is kept as a draft, and its faults are said."""
    page = page.specific
    if not isinstance(page, ServicePage) or not page.is_source:
        return None
    faults = page.faults()
    if not faults:
        return None
    messages.error(
        request,
        _("Not published, kept as a draft. To correct: %(faults)s")
        % {"faults": " · ".join(str(fault) for fault in faults)},
    )
    return redirect("wagtailadmin_pages:edit", page.pk)
