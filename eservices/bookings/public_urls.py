"""Rooms and when they are free."""

from django.urls import path

from . import public_views

app_name = "rooms"
urlpatterns = [
    path("reservations/", public_views.rooms, name="rooms"),
    path("reservations/<slug:key>/", public_views.room, name="room"),
    path("reservations/agenda/<secret:secret>.ics", public_views.feed, name="feed"),
]
