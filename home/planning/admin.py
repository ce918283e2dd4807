"""The calendar in the menu of the admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .views import CalendarView


@hooks.register("register_admin_urls")
def calendar_screen():
    return [path("calendar/", CalendarView.as_view(), name="publication_calendar")]


class ForWhoPublishes(MenuItem):
    """Agents have calendars of their own."""

    def is_shown(self, request):
        return request.user.has_perm("home.change_bundle")


@hooks.register("register_admin_menu_item")
def calendar_item():
    return ForWhoPublishes(_("Calendar"), reverse("publication_calendar"), icon_name="calendar", order=205)
