"""URLs of appealable decisions, under /admin/decisions/."""

from django.urls import path

from . import views

app_name = "formal"
urlpatterns = [
    path("<slug:reference>/<int:pk>/appeal/", views.appeal_received, name="appeal"),
    path("<slug:reference>/<int:pk>/notified/", views.notified, name="notified"),
]
