"""Bulk actions on accounts, and log messages about sign-in and rights."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from .access import WIDENED
from .viewsets import AssignGroup, SetActive

LOGGED = {
    "accounts.link_provider": (
        _("Link an identity provider"),
        _("Linked an identity provider to the account"),
    ),
    "accounts.remove_provider": (_("Remove an identity provider"), _("Removed the identity provider")),
    "accounts.add_passkey": (_("Add a passkey"), _("Added a passkey")),
    "accounts.remove_passkey": (_("Remove a passkey"), _("Removed a passkey")),
    "accounts.set_second_factor": (_("Set up a second factor"), _("Set up a second factor")),
    "accounts.remove_second_factor": (_("Remove the second factor"), _("Removed the second factor")),
    "accounts.make_spare_codes": (_("Make new spare codes"), _("Made new spare codes")),
    "accounts.change_address": (_("Change the e-mail address"), _("Changed the e-mail address")),
    "accounts.change_password": (_("Change the password"), _("Changed the password")),
}

for action in (AssignGroup, SetActive):  # after Wagtail's own actions, which they replace
    hooks.register("register_bulk_action", action, order=1)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for action, (label, message) in LOGGED.items():
        actions.register_action(action, label, message)
    actions.register_action(WIDENED)(WideningFormatter)


class WideningFormatter(LogFormatter):
    """The log message about added rights."""

    label = _("Widen rights")

    def format_message(self, log_entry):
        return _("Widened rights: %(gained)s") % {"gained": ", ".join(log_entry.data["gained"])}
