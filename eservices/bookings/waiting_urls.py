"""The waiting list."""

from django.urls import path, re_path

from . import waiting_views

app_name = "waiting"
urlpatterns = [
    re_path(r"^liste-d-attente/(?P<secret>[A-Za-z0-9_-]{22})/$", waiting_views.place, name="place"),
    path("liste-d-attente/demande/", waiting_views.asked, name="asked"),
    path("liste-d-attente/<slug:form>/<slug:field>/", waiting_views.wait, name="wait"),
]
