"""The plan of what is booked, under /admin/bookings/."""

from django.urls import path

from . import booking_views, figures_views, link_views, views, waiting_views

app_name = "plan"
urlpatterns = [
    path("", views.PlanView.as_view(), name="plan"),
    path("outside/", views.OutsideView.as_view(), name="outside"),
    path("waiting/", waiting_views.WaitingView.as_view(), name="waiting"),
    path("waiting/<uuid:pk>/<slug:do>/", waiting_views.change, name="waiting_deed"),
    path("new/", booking_views.NewView.as_view(), name="new"),
    path("figures/", figures_views.FiguresView.as_view(), name="figures"),
    path("figures/csv/", figures_views.as_csv, name="figures_csv"),
    path("calendars/", link_views.LinksView.as_view(), name="links"),
    path("calendars/<slug:key>/<slug:do>/", link_views.change, name="link"),
    path("<uuid:pk>/", booking_views.BookingView.as_view(), name="booking"),
    path("<uuid:pk>/describe/", booking_views.describe, name="describe"),
    path("<uuid:pk>/cancel/", booking_views.cancel, name="cancel"),
]
