"""The editor's pages about channels."""

from django.contrib import messages
from django.urls import include, path
from wagtail import hooks

from . import desk
from .sms import admin as sms_admin  # noqa: F401
from .taking_back import consequences


@hooks.register("register_admin_urls")
def channel_urls():
    return [path("channels/", include((desk.urlpatterns, desk.app_name)))]


@hooks.register("before_delete_page")
def say_what_went_out(request, page):
    """On the page that asks whether one is sure. That before a page is unpublished has a template of ours."""
    if request.method == "GET" and (sentences := consequences(page)):
        messages.warning(request, " ".join(sentences))
