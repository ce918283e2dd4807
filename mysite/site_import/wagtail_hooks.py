"""Imports in the admin, and old addresses that differ from the home page by a number only, as ``/?p=12``."""

from django.contrib.auth.models import Permission
from django.http import HttpResponsePermanentRedirect
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

from home.models import HomePage

from .access import may_import
from .views import ImportListView

NUMBERS = {"p", "page_id", "attachment_id", "id"}


@hooks.register("before_serve_page")
def lead_on_from_numbered_address(page, request, args, kwargs):
    """Redirect from a number of the old site. The home page would answer, whatever the number."""
    if not isinstance(page, HomePage) or not NUMBERS.intersection(request.GET):
        return None
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    redirect = get_redirect(request, path)
    return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None


@hooks.register("register_admin_urls")
def register_import_urls():
    return [path("imports/", include("mysite.site_import.admin_urls"))]


@hooks.register("register_permissions")
def register_import_permission():
    return Permission.objects.filter(content_type__app_label="mysite_site_import", codename="add_siteimport")


class ImportMenuItem(MenuItem):
    """The menu item of imports, for those who may import."""

    def is_shown(self, request):
        return may_import(request.user)


@hooks.register("register_settings_menu_item")
def register_import_item():
    return ImportMenuItem(
        ImportListView.page_title,
        reverse("site_imports:index"),
        name="site_imports",
        icon_name="download",
        order=900,
    )
