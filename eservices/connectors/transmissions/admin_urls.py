"""URLs of connected systems in the admin, beside those of their list."""

from django.urls import path

from . import admin_views

urlpatterns = [
    path("<int:pk>/test/", admin_views.test, name="connected_system_test"),
    path("preview/", admin_views.preview, name="transmission_preview"),
]
