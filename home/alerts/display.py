"""An alert as it is shown in one language."""

from dataclasses import dataclass
from datetime import datetime

from ..models import BasePage
from .levels import AlertLevel


def strip_trailing_comma(title: str) -> str:
    """Remove the comma at the end of a title that continues in the text, for display without the text."""
    return title.rstrip(" \xa0\u202f,;:")


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
