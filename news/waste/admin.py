"""Who is reminded, in the admin: looked at and erased, never added."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from home.permissions import Without

from .models import WasteReminder

register_permission_policy(WasteReminder, Without(WasteReminder, "add", "change"))


class WasteReminderViewSet(ModelViewSet):
    model = WasteReminder
    icon = "time"
    menu_label = _("Waste reminders")
    menu_order = 252
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ["when"]
    list_display = ["email", "language", "when", "confirmed_at", "created_at"]
    list_filter = ["language", "when"]
    search_fields = ["email"]


@hooks.register("register_admin_viewset")
def waste_reminders():
    return WasteReminderViewSet("waste_reminders")
