"""Context of the agenda's index page."""

from django.utils import timezone

from home.web.pagination import group_by_month, page_or_404


def agenda_context(index, request) -> dict:
    """Return the context for the events of an agenda, each at its next date.

    With ``?past``, these are the past events, each at its last date. Raise Http404 after the last page.
    """
    from news.agenda.occurrences import EventDate

    params, now = request.GET, timezone.now()
    past = "past" in params
    dates = EventDate.objects.of(index.events())
    page = page_or_404(dates.last_of_each(now) if past else dates.next_of_each(now), params)
    return {
        "index_url": index.get_url(request),
        "past": past,
        "pages": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "months": group_by_month(page.object_list, lambda date: date.first_day),
    }
