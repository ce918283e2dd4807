"""Wagtail hooks: the fee schedule and the admin views of payments."""

from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import access
from .contrib.qrbill.account_changes import LOGGED
from .models import FeeScheduleEntry


class FeeEntryViewSet(SnippetViewSet):
    """Admin views of the fee schedule."""

    model = FeeScheduleEntry
    icon = "tag"
    menu_label = gettext_lazy("Fee schedule")
    list_display = [
        "name",
        Column("price_now", label=gettext_lazy("Price today")),
        "unit",
        "regulation",
        "account",
    ]
    search_fields = ["name", "key", "regulation", "account"]
    copy_view_enabled = False
    add_to_settings_menu = True

    def get_queryset(self, request):
        return FeeScheduleEntry.objects.prefetch_related("prices")


register_snippet(FeeEntryViewSet)


@hooks.register("before_delete_snippet")
def protect_referenced_entries(request, instances):
    """Refuse to delete fee schedule entries that an active service uses: it could not show its price."""
    for entry in instances:
        if isinstance(entry, FeeScheduleEntry) and (used := entry.used_by):
            services = ", ".join(form.current.definition.title("") for form in used)
            text = _("“%(entry)s” stays: %(services)s refer to it.")
            messages.error(request, text % {"entry": entry, "services": services})
            return redirect(entry.snippet_viewset.get_url_name("list"))
    return None


class MoneyMenuItem(MenuItem):
    """Menu item for bookkeepers."""

    def is_shown(self, request):
        return access.may_keep_books(request.user)


class TillMenuItem(MenuItem):
    """Menu item for agents who take money."""

    def is_shown(self, request):
        return access.may_take_money(request.user)


@hooks.register("register_admin_menu_item")
def register_money():
    return MoneyMenuItem(
        gettext_lazy("Payments"), reverse("money:aside"), name="money", icon_name="tag", order=70
    )


@hooks.register("register_admin_menu_item")
def register_till():
    return TillMenuItem(gettext_lazy("Till"), reverse("money:till"), name="till", icon_name="till", order=72)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "payments/admin/till.svg"]


@hooks.register("register_admin_urls")
def register_urls():
    return [path("money/", include("eservices.payments.admin_views.urls"))]


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(LOGGED)(AccountFormatter)


class AccountFormatter(LogFormatter):
    """Log messages about changes of the QR-bill account."""

    label = gettext_lazy("Change the account for QR-bills")

    def format_message(self, log_entry):
        texts = {
            "asked": _("Asked for another account for QR-bills: %(to)s instead of %(from)s"),
            "cancelled": _("Cancelled the change of the account for QR-bills to %(to)s"),
            "done": _("The account for QR-bills is %(to)s instead of %(from)s"),
        }
        return texts[log_entry.data["what"]] % log_entry.data
