"""What the admin's log says of changes to how somebody signs in."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

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


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for action, (label, message) in LOGGED.items():
        actions.register_action(action, label, message)
