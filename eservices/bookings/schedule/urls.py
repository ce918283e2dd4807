"""URLs of the schedule, under /admin/bookings/."""

from django.urls import path

from . import booking_views, link_views, usage_views, views, waiting_views

app_name = "plan"
urlpatterns = [
    path("", views.ScheduleView.as_view(), name="plan"),
    path("outside/", views.ConflictsView.as_view(), name="outside"),
    path("waiting/", waiting_views.WaitingView.as_view(), name="waiting"),
    path("waiting/<uuid:pk>/<slug:do>/", waiting_views.change_waiting_entry, name="waiting_deed"),
    path("new/", booking_views.InternalBookingView.as_view(), name="new"),
    path("figures/", usage_views.UsageView.as_view(), name="figures"),
    path("figures/csv/", usage_views.export_csv, name="figures_csv"),
    path("calendars/", link_views.CalendarLinksView.as_view(), name="links"),
    path("calendars/<slug:key>/<slug:do>/", link_views.change_link, name="link"),
    path("<uuid:pk>/", booking_views.BookingView.as_view(), name="booking"),
    path("<uuid:pk>/describe/", booking_views.set_purpose, name="describe"),
    path("<uuid:pk>/cancel/", booking_views.cancel_booking, name="cancel"),
]
