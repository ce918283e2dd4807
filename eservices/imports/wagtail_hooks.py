"""Imports from spreadsheets in the admin, for those who may create what is imported."""

from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .access import may_import
from .admin_views import ImportListView


@hooks.register("register_admin_urls")
def register_import_urls():
    return [path("spreadsheets/", include("eservices.imports.admin_urls"))]


class SpreadsheetsMenuItem(MenuItem):
    def is_shown(self, request):
        return may_import(request.user)


@hooks.register("register_settings_menu_item")
def register_import_item():
    return SpreadsheetsMenuItem(
        ImportListView.page_title,
        reverse("spreadsheet_imports:index"),
        name="spreadsheet_imports",
        icon_name="table",
        order=901,
    )


@hooks.register("register_log_actions")
def register_import_log_actions(actions):
    """Name the entries that imports write into Wagtail's log."""
    from django.utils.translation import gettext_lazy as _

    from .actions import DELETED, FINISHED, STARTED

    actions.register_action(STARTED, _("Import started"), _("Import started"))
    actions.register_action(FINISHED, _("Import finished"), _("Import finished"))
    actions.register_action(DELETED, _("Import deleted"), _("Import deleted"))
