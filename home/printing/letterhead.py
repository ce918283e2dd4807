"""Sender data of letters and documents."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

from ..models import CommuneSettings


def letterhead_data() -> dict:
    """Return the data of the letterhead: names, address and arms of the commune."""
    commune = CommuneSettings.current()
    return {
        "commune": str(commune),
        "place": commune.name,
        "postal": ", ".join(part for part in (str(commune), commune.address) if part),
        "address": ", ".join(part for part in (commune.address, commune.phone) if part),
        "arms": list(arms_image()),
        "arms_alt": _("Arms of %(commune)s") % {"commune": commune.name},
    }


def arms_image() -> bytes:
    """Return the commune's arms as SVG or PNG."""
    own = CommuneSettings.current().arms
    if own:
        with own.open() as image:
            return image.read()
    return Path(finders.find("img/arms.svg")).read_bytes()
