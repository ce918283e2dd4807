"""Section of the home page with online services."""

from django.http import HttpRequest

from eservices.reports import access as reports
from home.extensions.site_points import HomeSection
from home.models import HomePage

from . import service_lists
from .models import ServiceIndexPage, ServicePage

MAX_ITEMS = 6  # life situations, and services in each


def counter_section(request: HttpRequest, page: HomePage) -> HomeSection | None:
    """Return the first services of the first six life situations, with a link to report problems.

    None if there are no services.
    """
    counters = ServiceIndexPage.objects.descendant_of(page).open_to_all()
    index = page.first_below(ServiceIndexPage) or counters.first()
    if index is None:
        return None
    services = ServicePage.objects.child_of(index).open_to_all()
    services = services.annotate(
        takes_reports=reports.has_categories_expression()
    )  # in the same query: the page may make ten
    situations = [one for one in service_lists.services_by_situation(services) if one.name][:MAX_ITEMS]
    if not situations:
        return None
    takes_reports = situations[0].services[0].takes_reports
    context = {"situations": situations, "index": index, "takes_reports": takes_reports}
    return HomeSection("catalogue/home_counter.html", context, order=50)
