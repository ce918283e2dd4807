"""The online counter on the home page."""

from eservices.reports import access as reports
from home.home_blocks import Section, home_blocks

from . import listing
from .models import ServiceIndexPage, ServicePage

MOST = 6  # situations, and services under each


@home_blocks.register("counter")
def counter(request, page):
    """The first services of the first six life situations, and the way to report a problem."""
    counters = ServiceIndexPage.objects.descendant_of(page).open_to_all()
    index = page.first_below(ServiceIndexPage) or counters.first()
    if index is None:
        return None
    services = ServicePage.objects.child_of(index).open_to_all()
    services = services.annotate(takes_reports=reports.are_offered())  # asked along: the page has ten queries
    situations = [one for one in listing.by_situation(services) if one.name][:MOST]
    if not situations:
        return None
    takes_reports = situations[0].services[0].takes_reports
    context = {"situations": situations, "index": index, "takes_reports": takes_reports}
    return Section("catalogue/home_counter.html", context, order=50)
