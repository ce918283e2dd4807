"""The site's pages, the commune's settings, people and what search finds."""

from ..alerts.models import Alert
from ..bundles.models import Bundle, BundleEntry
from .background import Heartbeat
from .base import BasePage
from .contact import ContactPage, FormField
from .orientation import AccessibilityPage, QuestionsPage, SitePlanPage
from .pages import ContentPage, HomePage, SectionPage
from .people import Contact, OfficePage, Person
from .search import DocumentPlace, DocumentText, FileText, Missed, SearchEntry, Synonyms
from .settings import CommuneSettings, OpeningHours
from .shared import SharedNotice
from .waste import WasteCollection, WasteDistrict

__all__ = [
    "AccessibilityPage",
    "Alert",
    "BasePage",
    "Bundle",
    "BundleEntry",
    "CommuneSettings",
    "Contact",
    "ContactPage",
    "ContentPage",
    "DocumentPlace",
    "DocumentText",
    "FileText",
    "FormField",
    "Heartbeat",
    "HomePage",
    "Missed",
    "OfficePage",
    "OpeningHours",
    "Person",
    "QuestionsPage",
    "SearchEntry",
    "SectionPage",
    "SharedNotice",
    "SitePlanPage",
    "Synonyms",
    "WasteCollection",
    "WasteDistrict",
]
