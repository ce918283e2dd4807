"""Tokens in the admin, and how Wagtail's log tells of them."""

from django.urls import include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from .access import may_manage_tokens
from .actions import MADE, WITHDRAWN
from .admin_views import TokenListView


@hooks.register("register_admin_urls")
def register_urls():
    return [path("api-tokens/", include("eservices.api.admin_urls"))]


class TokenMenuItem(MenuItem):
    """The menu item of tokens, for those who make them."""

    def is_shown(self, request):
        return may_manage_tokens(request.user)


@hooks.register("register_settings_menu_item")
def register_token_item():
    return TokenMenuItem(
        TokenListView.page_title, reverse("api_tokens:index"), name="api_tokens", icon_name="key", order=910
    )


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(MADE)(MadeFormatter)
    actions.register_action(WITHDRAWN)(WithdrawnFormatter)


class MadeFormatter(LogFormatter):
    """The log message for a new token."""

    label = gettext_lazy("Make an API token")

    def format_message(self, log_entry):
        return _("Made an API token that begins with %(prefix)s, for %(services)s") % {
            "prefix": log_entry.data["prefix"],
            "services": ", ".join(log_entry.data["services"]),
        }


class WithdrawnFormatter(LogFormatter):
    """The log message for a withdrawn token."""

    label = gettext_lazy("Withdraw an API token")

    def format_message(self, log_entry):
        return _("Withdrew the API token that begins with %(prefix)s") % {"prefix": log_entry.data["prefix"]}
