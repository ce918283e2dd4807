"""Bulk actions on accounts, and how the log words a widening of rights."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from .rights import WIDENED
from .staff import AssignGroup, SetActive

for action in (AssignGroup, SetActive):  # after Wagtail's own, which they replace
    hooks.register("register_bulk_action", action, order=1)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(WIDENED)(WideningFormatter)


class WideningFormatter(LogFormatter):
    """The rights that were added."""

    label = _("Widen rights")

    def format_message(self, log_entry):
        return _("Widened rights: %(gained)s") % {"gained": ", ".join(log_entry.data["gained"])}
