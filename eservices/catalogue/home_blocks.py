"""The online counter on the home page."""

from home.home_blocks import Section, home_blocks

from . import listing
from .models import ServiceIndexPage, ServicePage

MOST = 6  # situations, and services under each


@home_blocks.register("counter")
def counter(request, page):
    """The first services of the first six life situations."""
    counters = ServiceIndexPage.objects.descendant_of(page).open_to_all()
    index = page.first_below(ServiceIndexPage) or counters.first()
    if index is None:
        return None
    services = ServicePage.objects.child_of(index).open_to_all()
    situations = [one for one in listing.by_situation(services) if one.name][:MOST]
    context = {"situations": situations, "index": index}
    return Section("catalogue/home_counter.html", context, order=50) if situations else None
