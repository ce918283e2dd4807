"""Admin pages of the channels."""

from django.contrib import messages
from django.urls import include, path
from wagtail import hooks

from . import admin_views
from .sms import wagtail_hooks as sms_admin  # noqa: F401
from .unpublish_warning import unpublish_consequences


@hooks.register("register_admin_urls")
def channel_urls():
    return [path("channels/", include((admin_views.urlpatterns, admin_views.app_name)))]


@hooks.register("before_delete_page")
def show_unpublish_consequences(request, page):
    """Show the consequences before a page is deleted. The confirmation to unpublish has its own template for that."""
    if request.method == "GET" and (sentences := unpublish_consequences(page)):
        messages.warning(request, " ".join(sentences))
