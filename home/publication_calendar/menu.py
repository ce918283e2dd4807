"""Menu item of the publication calendar."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .views import PublicationCalendarView


@hooks.register("register_admin_urls")
def register_calendar_urls():
    return [path("calendar/", PublicationCalendarView.as_view(), name="publication_calendar")]


class PublisherMenuItem(MenuItem):
    """Menu item for editors. Agents have calendars of their own."""

    def is_shown(self, request):
        return request.user.has_perm("home_bundles.change_bundle")


@hooks.register("register_admin_menu_item")
def register_calendar_item():
    return PublisherMenuItem(_("Calendar"), reverse("publication_calendar"), icon_name="calendar", order=205)
