"""Participation on the home page."""

from home.extensions.site_points import HomeSection
from home.models import HomePage

from .consultations.models import ConsultationIndexPage, consultations_of

SHOWN = 3


def participation_section(page: HomePage) -> HomeSection | None:
    """Build the section with the first running idea boxes, consultations and surveys; None if there are none."""
    index = page.first_below(ConsultationIndexPage)
    running = [one for one in consultations_of(index) if one.open][:SHOWN] if index else []
    if not running:
        return None
    context = {"consultations": running, "index": index}
    return HomeSection("news/participation/home_section.html", context, order=45)
