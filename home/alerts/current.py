"""Alerts shown on a page, queried once per site version."""

from django.utils import timezone
from django.utils.translation import get_language

from ..caching.site_version import cached_per_version
from ..navigation.menus import site_for_request, site_frame
from .display import AlertDisplay
from .models import Alert

MAX_PAST_ALERTS = 30  # that the page of alerts still lists


def alerts_on_page(request, page) -> list[AlertDisplay]:
    """Return the alerts of a page, highest level first."""
    now = timezone.now()
    return [alert for alert in current_alerts(request) if alert.holds(now) and alert.concerns(page)]


def current_alerts(request) -> list[AlertDisplay]:
    """Return all alerts that are active now, in the active language."""
    site = site_for_request(request) if request else None
    language = get_language()
    name = f"alerts-{site.pk if site else ''}-{language}"
    now = timezone.now()
    found = cached_per_version(name, lambda: _current(language, request))
    return [alert for alert in found if alert.holds(now)]


def _current(language: str, request) -> list[AlertDisplay]:
    site_frame(request)  # caches the site's root paths, which Wagtail would query again
    return localize_alerts(Alert.objects.current(timezone.now()), language, request)


def past_alerts(request) -> list[AlertDisplay]:
    """Return the latest alerts that are over."""
    return localize_alerts(Alert.objects.past(timezone.now())[:MAX_PAST_ALERTS], get_language(), request)


def localize_alerts(alerts, language: str, request) -> list[AlertDisplay]:
    """Return each alert in a language."""
    return [alert.display(language, request) for alert in alerts.leading(language)]
