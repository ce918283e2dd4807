"""Which alerts stand on a page, asked of the database once per generation of the site."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Page

from home.generation import kept
from home.languages import for_reader
from home.models import BasePage
from home.navigation import frame_of, site_of

from .levels import Level
from .models import Alert, alone

PAST = 30  # that the page of alerts still tells


@dataclass(frozen=True)
class Shown:
    """An alert as who reads one language sees it. ``language`` is set where it is another than asked for."""

    key: str
    level: Level
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
        return alone(self.title)

    def holds(self, now: datetime) -> bool:
        return self.until is None or self.until > now

    def stands_on(self, page) -> bool:
        """Whether it concerns the page; what is no page belongs to the whole site."""
        if not self.sections:
            return True
        if not isinstance(page, BasePage) or not page.pk:
            return False
        above = page.around if page.depth > 2 else [page]  # nothing is above a home page
        keys = {str(one.translation_key) for one in above if page.path.startswith(one.path)}
        return bool(keys & self.sections)


def on_page(request, page) -> list[Shown]:
    """The alerts above a page, the gravest first."""
    now = timezone.now()
    return [alert for alert in current(request) if alert.holds(now) and alert.stands_on(page)]


def current(request) -> list[Shown]:
    """All alerts that hold, in the language at hand."""
    site = site_of(request) if request else None
    language = get_language()
    name = f"alerts-{site.pk if site else ''}-{language}"
    now = timezone.now()
    found = kept(name, lambda: _current(language, request))
    return [alert for alert in found if alert.holds(now)]


def _current(language: str, request) -> list[Shown]:
    frame_of(request)  # knows where addresses begin, for which Wagtail would ask twice
    return in_words(Alert.objects.current(timezone.now()), language, request)


def past(request) -> list[Shown]:
    """The last ones that are over."""
    return in_words(Alert.objects.past(timezone.now())[:PAST], get_language(), request)


def in_words(alerts, language: str, request) -> list[Shown]:
    """Each alert in a language."""
    return [shown(alert, language, request) for alert in alerts.leading(language)]


def shown(alert: Alert, language: str, request) -> Shown:
    words, written = alert.words(language) or {}, alert.language_for(language)
    return Shown(
        key=str(alert.key),
        level=alert.degree,
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
    """Where the banner leads: to a page, elsewhere, or to what else the alert says."""
    path = getattr(alert, "page_path", None)
    if path and (found := Page(pk=alert.page_id, url_path=path).get_url(request)):
        return found if alert.page_language == language else for_reader(found, language)
    if alert.url:
        return alert.url
    return f"{reverse('home:alerts')}#a-{alert.key}" if _source(words) else ""


def _source(words) -> str:
    return getattr(words.get("details"), "source", "").strip()
