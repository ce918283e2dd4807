"""States of a channel post."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PostState(TextChoices):
    PLANNED = "planned", _("sent when the page is published")
    GOING = "going", _("on its way")
    OUT = "out", _("out")
    FAILED = "failed", _("not sent")
    LEAVING = "leaving", _("being withdrawn")
    WITHDRAWN = "withdrawn", _("withdrawn")
    STAYS = "stays", _("still out: to be removed by hand")


# The editor may choose as long as nothing is published.
CHOOSABLE = (PostState.PLANNED, PostState.FAILED, PostState.WITHDRAWN)
# Published, or possibly published by now.
PUBLIC = (PostState.GOING, PostState.OUT)
