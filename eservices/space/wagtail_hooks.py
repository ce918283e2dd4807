"""What the admin offers to staff about their own account, and what waits until they have shown who they are."""

from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import BaseViewRestriction

from .second_factor import next_step


@hooks.register("register_account_menu_item")
def register_second_factor(request):
    return {
        "url": reverse("mfa_index"),
        "label": _("Second factor"),
        "help_text": _("Six digits that an app on your telephone shows, beside the mailbox or the password."),
    }


@hooks.register("before_serve_page")
def show_before_pages_of_groups(page, request, args, kwargs):
    return _way_to_show(request, page.get_view_restrictions)


@hooks.register("before_serve_document")
def show_before_documents_of_groups(document, request):
    return _way_to_show(request, document.collection.get_view_restrictions)


def _way_to_show(request, restrictions):
    """Where what is for groups waits for a second factor: Wagtail asks for groups, and not for rights."""
    if not settings.STAFF_SECOND_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    step = next_step(request.user, request.get_full_path())
    if step and any(one.restriction_type == BaseViewRestriction.GROUPS for one in restrictions()):
        return redirect(step)
    return None
