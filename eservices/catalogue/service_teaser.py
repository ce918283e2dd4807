"""Data for links to services on content pages. Cached per site version, language and day."""

from django.utils import timezone

from home.caching.site_version import cached_per_version
from home.localization.number_format import format_amount
from home.models.base import restriction_exists

from .models import ServicePage


def service_teaser(page, locale_id: int | None, request) -> dict | None:
    """Return the service in the language ``locale_id`` if published, else as chosen; None if it is not public."""
    name = f"call-{page.pk}-{locale_id}-{timezone.localdate()}"  # by day, because prices have a first day
    return cached_per_version(name, lambda: _called(page, locale_id, request) or False) or None


def _called(page, locale_id, request) -> dict | None:
    same = ServicePage.objects.filter(translation_key=page.translation_key, live=True).filter(
        ~restriction_exists()
    )
    found = {one.locale_id: one for one in same}
    one = found.get(locale_id) or next((one for one in found.values() if one.pk == page.pk), None)
    if one is None:
        return None
    return {
        "title": one.title,
        "lead": one.lead,
        "url": one.get_url(request) or "",
        "button": one.button,
        "price": _price(one),
        "time": one.time,
    }


def _price(service: ServicePage) -> str:
    """Return the price as text: of bookings, else the editor's text, else the fixed fee; "" if it is free."""
    if service.booking_costs:
        return str(service.booking_costs.total)
    return service.price or (format_amount(service.fixed_fee) if service.fixed_fee else "")
