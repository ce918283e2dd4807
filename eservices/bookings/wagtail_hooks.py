"""Admin for booking rules, under “What can be booked”, and the menu item of the schedule."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from . import access, case_views
from .models import (
    BlockedTime,
    BookingExtra,
    ImportedCalendar,
    Resource,
    ResourceDescription,
    SchoolHolidays,
    Timetable,
    Unit,
)
from .resource_views import (
    ResourceCreateView,
    ResourceDeleteView,
    ResourceEditView,
    TimetableEditView,
    UnitEditView,
)


class ResourceViewSet(SnippetViewSet):
    model = Resource
    icon = "date"
    menu_label = _("Resources")
    list_display = ["name", "kind", "timetable", BooleanColumn("offered", label=_("Offered"))]
    search_fields = ["name", "key"]
    add_view_class = ResourceCreateView
    edit_view_class = ResourceEditView
    delete_view_class = ResourceDeleteView
    copy_view_enabled = False


class DescriptionViewSet(SnippetViewSet):
    model = ResourceDescription
    icon = "doc-full"
    menu_label = _("Descriptions")
    list_display = ["title", "resource", "locale"]
    copy_view_enabled = False


class UnitViewSet(SnippetViewSet):
    model = Unit
    icon = "list-ul"
    menu_label = _("Units")
    list_display = ["name", "key", "quantity"]
    edit_view_class = UnitEditView
    copy_view_enabled = False


class TimetableViewSet(SnippetViewSet):
    model = Timetable
    icon = "time"
    menu_label = _("Timetables")
    edit_view_class = TimetableEditView


class ExtraViewSet(SnippetViewSet):
    model = BookingExtra
    icon = "tag"
    menu_label = _("Extras")
    list_display = ["title", "key", "locale"]
    copy_view_enabled = False


class BlockedTimeViewSet(SnippetViewSet):
    model = BlockedTime
    icon = "no-view"
    menu_label = _("Blocked times")
    list_display = ["unit", "starts_at", "ends_at", "reason", "feed"]
    list_filter = ["unit"]
    copy_view_enabled = False


class FeedViewSet(SnippetViewSet):
    model = ImportedCalendar
    icon = "download"
    menu_label = _("Imported calendars")
    list_display = ["name", "unit", "read_at", "fault"]
    copy_view_enabled = False


class SchoolHolidaysViewSet(SnippetViewSet):
    model = SchoolHolidays
    icon = "calendar-alt"
    menu_label = _("School holidays")
    list_display = ["name", "first", "last"]
    copy_view_enabled = False


class BookingRulesGroup(SnippetViewSetGroup):
    """Resources and their openings."""

    menu_label = _("Resources for booking")
    menu_icon = "date"
    menu_order = 710
    add_to_settings_menu = True
    items = (
        ResourceViewSet,
        DescriptionViewSet,
        UnitViewSet,
        TimetableViewSet,
        ExtraViewSet,
        BlockedTimeViewSet,
        FeedViewSet,
        SchoolHolidaysViewSet,
    )


register_snippet(BookingRulesGroup)


@hooks.register("register_admin_urls")
def register_urls():
    return [
        path("bookings/", include("eservices.bookings.schedule.urls")),
        path("bookings/<str:reference>/photos/<uuid:pk>/", case_views.inspection_photo, name="booking_photo"),
        path(
            "bookings/<str:reference>/<uuid:pk>/<slug:do>/",
            case_views.BookingActionView.as_view(),
            name="booking_deed",
        ),
    ]


class ScheduleMenuItem(MenuItem):
    """The menu item of the schedule, for teams with resources."""

    def is_shown(self, request):
        return access.has_schedule(request.user)


@hooks.register("register_admin_menu_item")
def register_schedule():
    return ScheduleMenuItem(_("Bookings"), reverse("plan:plan"), name="bookings", icon_name="date", order=53)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for action, label, message in (
        ("reserve", pgettext_lazy("a room", "Book"), _("Booked it for the commune")),
        ("move", pgettext_lazy("a booking", "Move"), _("Moved a booking of the commune")),
        ("describe", _("Purpose"), _("Recorded the purpose of a booking of the commune")),
        ("cancel", _("Cancel"), _("Cancelled a booking of the commune")),
        ("offer_waiting", _("Offer it now"), _("Offered a time to a person on the waiting list")),
        ("remove_waiting", _("Remove"), _("Removed a person from a waiting list")),
        ("renew_link", _("New address"), _("Made a secret address of the calendar")),
        ("end_link", _("End it"), _("Ended the secret address of the calendar")),
    ):
        actions.register_action(f"bookings.{action}", label, message)
