"""The editor's pages about channels."""

from django.urls import include, path
from wagtail import hooks

from . import desk
from .sms import admin as sms_admin  # noqa: F401


@hooks.register("register_admin_urls")
def channel_urls():
    return [path("channels/", include((desk.urlpatterns, desk.app_name)))]
