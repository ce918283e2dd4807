"""The online counter on the home page."""

from home.home_blocks import Section, home_blocks

from . import listing
from .models import ServiceIndexPage, ServicePage

MOST = 6  # situations, and services under each


@home_blocks.register("counter")
def counter(request, page):
    """The first services of the first six life situations."""
    index = ServiceIndexPage.objects.descendant_of(page).live().first()
    if index is None:
        return None
    services = ServicePage.objects.child_of(index).live().public()
    situations = [one for one in listing.by_situation(services, page.locale_id) if one.name][:MOST]
    context = {"situations": situations, "index": index}
    return Section("catalogue/home_counter.html", context, order=50) if situations else None
