"""Rooms and when they are free."""

from django.urls import path, re_path

from . import public_views

SECRET = "(?P<secret>[A-Za-z0-9_-]{22})"  # what ``new_secret`` makes

app_name = "rooms"
urlpatterns = [
    path("reservations/", public_views.rooms, name="rooms"),
    path("reservations/<slug:key>/", public_views.room, name="room"),
    re_path(rf"^reservations/agenda/{SECRET}\.ics$", public_views.feed, name="feed"),
]
