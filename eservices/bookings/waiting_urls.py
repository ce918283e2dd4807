"""The waiting list."""

from django.urls import path

from . import waiting_views

app_name = "waiting"
urlpatterns = [
    path("liste-d-attente/<secret:secret>/", waiting_views.place, name="place"),
    path("liste-d-attente/demande/", waiting_views.asked, name="asked"),
    path("liste-d-attente/<slug:form>/<slug:field>/", waiting_views.wait, name="wait"),
]
