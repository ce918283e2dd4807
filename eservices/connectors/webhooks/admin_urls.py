"""URLs of webhooks in the admin, beside those of their list."""

from django.urls import path

from . import admin_views

urlpatterns = [
    path("<int:pk>/", admin_views.EndpointView.as_view(), name="webhook"),
    path("<int:pk>/test/", admin_views.test, name="webhook_test"),
    path("<int:pk>/turn/<slug:to>/", admin_views.switch, name="webhook_switch"),
    path("<int:pk>/rotate/", admin_views.rotate, name="webhook_rotate"),
    path("keys/<int:pk>/", admin_views.show_key, name="webhook_key"),
    path("keys/<int:pk>/end/", admin_views.end_key, name="webhook_key_end"),
]
