"""Usage in the admin: a report."""

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import register_permission_policy

from home.permissions import RestrictedPermissionPolicy

from .access import may_view_usage
from .admin_views import UsageView
from .models import PageVisits

register_permission_policy(PageVisits, RestrictedPermissionPolicy(PageVisits, "add", "change", "delete"))


@hooks.register("register_admin_urls")
def register_usage_urls():
    return [path("reports/usage/", include("eservices.usage.admin_urls"))]


@hooks.register("register_permissions")
def register_usage_permission():
    return Permission.objects.filter(content_type__app_label="eservices_usage", codename="view_pagevisits")


class UsageMenuItem(MenuItem):
    def is_shown(self, request):
        return may_view_usage(request.user)


@hooks.register("register_reports_menu_item")
def register_usage_item():
    return UsageMenuItem(
        UsageView.page_title,
        reverse("usage_desk:index"),
        name="usage",
        icon_name=UsageView.header_icon,
        order=880,
    )
