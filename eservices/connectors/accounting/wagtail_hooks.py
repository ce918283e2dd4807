"""The accounting export in the admin."""

from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from eservices.payments.access import may_keep_books

from . import actions


class AccountingMenuItem(MenuItem):
    """Menu item for bookkeepers."""

    def is_shown(self, request):
        return may_keep_books(request.user)


@hooks.register("register_admin_menu_item")
def register_accounting():
    return AccountingMenuItem(
        gettext_lazy("Accounting export"),
        reverse("accounting:index"),
        name="accounting",
        icon_name="table",
        order=71,
    )


@hooks.register("register_admin_urls")
def register_urls():
    return [path("accounting/", include("eservices.connectors.accounting.admin_urls"))]


@hooks.register("register_log_actions")
def register_log_actions(registry):
    registry.register_action(actions.LOGGED)(ExportFormatter)


class ExportFormatter(LogFormatter):
    """Log messages about accounting exports."""

    label = gettext_lazy("Export to the accounting")

    def format_message(self, log_entry):
        texts = {
            "exported": _("Wrote %(file)s for the accounting"),
            "written_again": _("Wrote %(file)s with the same entries again"),
            "confirmed": _("The accounting has %(file)s"),
            "refused": _("The accounting refused %(file)s"),
        }
        return texts[log_entry.data["what"]] % log_entry.data
