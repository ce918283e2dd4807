"""How far a post of a page on a channel is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PostState(TextChoices):
    PLANNED = "planned", _("goes out when the page is published")
    GOING = "going", _("on its way")
    OUT = "out", _("out")
    FAILED = "failed", _("not sent")
    LEAVING = "leaving", _("being withdrawn")
    WITHDRAWN = "withdrawn", _("withdrawn")
    STAYS = "stays", _("still out: to be removed by hand")


# As long as nothing is out, the editor may still choose.
CHOOSABLE = (PostState.PLANNED, PostState.FAILED, PostState.WITHDRAWN)
# What others see, or may be seeing by now.
PUBLIC = (PostState.GOING, PostState.OUT)
