"""Public pages of rooms and their calendars."""

from django.urls import path

from . import views

app_name = "rooms"
urlpatterns = [
    path("reservations/", views.room_list, name="rooms"),
    path("reservations/<slug:key>/", views.room_detail, name="room"),
    path("reservations/agenda/<secret:secret>.ics", views.calendar_feed, name="feed"),
]
