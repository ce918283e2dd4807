"""Waste reminders in the admin: they can be viewed and erased, but not added."""

from django.contrib import messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from home.permissions import RestrictedPermissionPolicy

from . import access
from .models import WasteDistrict, WasteReminder

register_permission_policy(WasteReminder, RestrictedPermissionPolicy(WasteReminder, "add", "change"))


class WasteReminderViewSet(ModelViewSet):
    model = WasteReminder
    icon = "time"
    menu_name = "waste-reminders"
    menu_label = _("Waste reminders")
    menu_order = 252
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ["when"]
    list_display = ["email", "language", "when", "confirmed_at", "created_at"]
    list_filter = ["language", "when"]
    search_fields = ["email"]


@hooks.register("register_admin_viewset")
def register_reminders_viewset():
    return WasteReminderViewSet("waste_reminders")


@hooks.register("before_delete_snippet")
def warn_before_district_deletion(request, instances):
    """Warn before a district is deleted how many people lose their reminders."""
    districts = [one for one in instances if isinstance(one, WasteDistrict)]
    count = access.count_affected_reminders(districts) if request.method == "GET" and districts else 0
    if count:
        text = ngettext(
            "%(n)s person is reminded of its collections. This person is notified by e-mail and "
            "chooses another district.",
            "%(n)s people are reminded of its collections. They are notified by e-mail and choose "
            "another district.",
            count,
        )
        messages.warning(request, text % {"n": count})
