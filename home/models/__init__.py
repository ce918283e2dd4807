"""Models of the website: pages, settings, people and the search index."""

from .base import BasePage
from .consent_text import ConsentText
from .contact_form import ContactPage, FormField
from .guide_pages import GuidePage, PlacesPage
from .heartbeat import Heartbeat
from .help_pages import AccessibilityPage, QuestionsPage, SitePlanPage
from .pages import ContentPage, HomePage, SectionPage
from .people import Contact, OfficePage, Person
from .search import DocumentPlace, DocumentText, FileText, MissedQuery, SearchEntry, SynonymGroup
from .settings import CommuneSettings, OpeningHours
from .shared_notice import SharedCallout

__all__ = [
    "AccessibilityPage",
    "BasePage",
    "CommuneSettings",
    "ConsentText",
    "Contact",
    "ContactPage",
    "ContentPage",
    "DocumentPlace",
    "DocumentText",
    "FileText",
    "FormField",
    "GuidePage",
    "Heartbeat",
    "HomePage",
    "MissedQuery",
    "OfficePage",
    "OpeningHours",
    "Person",
    "PlacesPage",
    "QuestionsPage",
    "SearchEntry",
    "SectionPage",
    "SharedCallout",
    "SitePlanPage",
    "SynonymGroup",
]
