"""From texts to a PDF: typst, PDF/A-2a and PDF/UA-1 in one file, with fonts that typst brings, or Liberation Sans.

Whoever prints something keeps its template beside its code, in a folder ``typst``; what they share stands in
``home/typst/house.typ``. What people typed reaches a template as data, never as markup.
"""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

from ..models import CommuneSettings


def letterhead_data() -> dict:
    """Who writes, as every template draws it: names, address and arms of the commune."""
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
    """The commune's arms, SVG or PNG."""
    own = CommuneSettings.current().arms
    if own:
        with own.open() as image:
            return image.read()
    return Path(finders.find("img/arms.svg")).read_bytes()
