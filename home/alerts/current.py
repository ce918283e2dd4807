"""Alerts shown on a page, queried once per site version."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Page

from ..caching.site_version import cached_per_version
from ..localization.reader_language import url_for_reader
from ..models import BasePage
from ..navigation.menus import site_for_request, site_frame
from .levels import AlertLevel
from .models import Alert, strip_trailing_comma

MAX_PAST_ALERTS = 30  # that the page of alerts still lists


@dataclass(frozen=True)
class AlertDisplay:
    """An alert in one language. ``language`` is set if the text is in another language than requested."""

    key: str
    level: AlertLevel
    title: str
    text: str
    details: str
    language: str
    url: str
    link_text: str
    version: str
    began: datetime | None
    until: datetime | None
    sections: frozenset[str]

    @property
    def heading(self) -> str:
        return strip_trailing_comma(self.title)

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now

    def concerns(self, page) -> bool:
        """Return whether the alert concerns the page. Responses that are no page count as the whole site."""
        if not self.sections:
            return True
        if not isinstance(page, BasePage) or not page.pk:
            return False
        above = page.around if page.depth > 2 else [page]  # a home page has nothing above it
        keys = {str(one.translation_key) for one in above if page.path.startswith(one.path)}
        return bool(keys & self.sections)


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
    return [build_display(alert, language, request) for alert in alerts.leading(language)]


def build_display(alert: Alert, language: str, request) -> AlertDisplay:
    words, written = alert.texts_in(language) or {}, alert.language_for(language)
    return AlertDisplay(
        key=str(alert.key),
        level=alert.alert_level,
        title=words.get("title", ""),
        text=words.get("text", ""),
        details=_source(words),
        language=written if written != language else "",
        url=_address(alert, words, language, request),
        link_text=words.get("link_text", ""),
        version=f"{alert.last_published_at.timestamp():.0f}" if alert.last_published_at else "",
        began=alert.began_at,
        until=alert.expire_at if alert.live else alert.over_at,
        sections=frozenset(alert.section_keys),
    )


def _address(alert: Alert, words, language: str, request) -> str:
    """Return the address of the banner's link: a page, an external address, or the details; "" without any."""
    path = getattr(alert, "page_path", None)
    if path and (found := Page(pk=alert.page_id, url_path=path).get_url(request)):
        return found if alert.page_language == language else url_for_reader(found, language)
    if alert.url:
        return alert.url
    return f"{reverse('home:alerts')}#a-{alert.key}" if _source(words) else ""


def _source(words) -> str:
    return getattr(words.get("details"), "source", "").strip()
