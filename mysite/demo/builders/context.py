"""The common state of the builders."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page

LANGUAGES = ("fr", "de", "en", "it")  # languages of services and main pages; the first is the source
SEED = 1199


@dataclass
class DemoContext:
    """The demo commune while it is built: its date, and the objects created so far."""

    today: date
    cases: int = 150
    random: Random = field(default_factory=lambda: Random(SEED))
    locales: dict[str, Locale] = field(default_factory=dict)
    images: dict = field(default_factory=dict)
    persons: dict = field(default_factory=dict)
    contacts: dict = field(default_factory=dict)
    notices: dict = field(default_factory=dict)  # shared ones
    topics: dict = field(default_factory=dict)
    categories: dict = field(default_factory=dict)
    report_categories: dict = field(default_factory=dict)
    directory: dict = field(default_factory=dict)  # directory entries by key
    users: dict = field(default_factory=dict)  # by e-mail
    pages: dict[str, int] = field(default_factory=dict)  # ids of the French pages by key
    editor: object = None

    def find(self, language: str):
        """Return a function that returns the ids of pages, images and snippets for a body in ``language``."""

        def found(kind: str, key: str) -> int:
            if kind == "page":
                return self._page(key, language)
            if kind == "image":
                return self.images[key].pk
            kept = {"contact": self.contacts, "person": self.persons, "shared_notice": self.notices}[kind]
            return kept[key, language].pk

        return found

    def _page(self, key: str, language: str) -> int:
        source = Page.objects.get(pk=self.pages[key])
        twin = source.get_translation_or_none(self.locales[language]) if language != "fr" else None
        return (twin or source).pk

    def user(self, email: str):
        return self.users.get(email) or get_user_model().objects.get(email=email)
