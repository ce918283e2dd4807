"""URLs of the waiting list."""

from django.urls import path

from . import views

app_name = "waiting"
urlpatterns = [
    path("liste-d-attente/<secret:secret>/", views.waiting_entry, name="place"),
    path("liste-d-attente/demande/", views.asked, name="asked"),
    path("liste-d-attente/<slug:form>/<slug:field>/", views.request_waiting, name="wait"),
]
