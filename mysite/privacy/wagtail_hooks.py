"""The register of processing in the admin: a report, and its permissions for groups."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .access import may_view_register
from .views import RegisterView


@hooks.register("register_admin_urls")
def register_privacy_urls():
    return [path("reports/processing/", include("mysite.privacy.urls"))]


@hooks.register("register_permissions")
def register_privacy_permissions():
    return Permission.objects.filter(
        content_type__app_label="mysite_privacy",
        codename__in=["view_processingnote", "change_processingnote"],
    )


class RegisterMenuItem(MenuItem):
    def is_shown(self, request):
        return may_view_register(request.user)


@hooks.register("register_reports_menu_item")
def register_processing_item():
    return RegisterMenuItem(
        RegisterView.page_title, reverse("privacy:register"), name="processing", icon_name="lock", order=920
    )
