"""Wagtail hooks of the catalogue."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from .editor.outline_context import publication_refusal
from .editor.views import starter_choice
from .models import ServiceIndexPage, ServicePage
from .service_admin import TABS

ICONS = {"preview": "view", "rehearsal": "site", "versions": "history"}


@hooks.register("register_admin_urls")
def register_urls():
    return [  # below "pages/", so that its menu item is marked as active
        path("pages/services/", include("eservices.catalogue.editor.urls")),
        path("pages/services/", include("eservices.catalogue.admin_urls")),
    ]


@hooks.register("register_page_header_buttons")
def register_try_buttons(page, user, view_name, next_url=None):
    """Add buttons for the preview, the rehearsals and the versions of a service."""
    is_service = issubclass(page.specific_class or Page, ServicePage)
    if is_service and page.permissions_for_user(user).can_edit():
        for order, (key, label) in enumerate(TABS.items()):
            url = reverse(f"services:{key}", args=[page.pk])
            yield Button(label, url, icon_name=ICONS[key], priority=5 + order)


@hooks.register("register_page_header_buttons")
def register_exchange_buttons(page, user, view_name, next_url=None):
    """Add buttons to export a service, and to import one into a service index."""
    allowed = page.permissions_for_user(user)
    if issubclass(page.specific_class or Page, ServicePage) and allowed.can_edit():
        yield Button(
            _("Export"), reverse("services:export", args=[page.pk]), icon_name="download", priority=30
        )
    if issubclass(page.specific_class or Page, ServiceIndexPage) and allowed.can_add_subpage():
        url = reverse("services:import", args=[page.pk])
        yield Button(_("Import a service"), url, icon_name="upload", priority=30)


@hooks.register("before_create_page")
def offer_starters(request, parent_page, page_class):
    """Show the choice of starters before a new service is created."""
    if page_class is ServicePage and request.method == "GET" and "empty" not in request.GET:
        return starter_choice(request, parent_page)
    return None


@hooks.register("before_publish_page")
def refuse_faulty_service(request, page):
    """Keep an invalid service as a draft and list its problems."""
    return _refusal(request, page.specific)


@hooks.register("before_bulk_action")
def refuse_faulty_services(request, action_type, objects, action):
    """Refuse to publish several pages at once if one is an invalid service, and list the problems of the first."""
    if action_type != "publish":
        return None
    drafts = (page.get_latest_revision_as_object() for page in objects if hasattr(page, "latest_revision"))
    return next(filter(None, (_refusal(request, page) for page in drafts)), None)


def _refusal(request, page):
    if not isinstance(page, ServicePage) or not page.is_source or not page.faults():
        return None
    messages.error(request, publication_refusal(page))
    return redirect("wagtailadmin_pages:edit", page.pk)
