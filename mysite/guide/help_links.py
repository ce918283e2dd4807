"""Assignment of guide chapters to views of the admin."""

from collections.abc import Iterator

from django.urls import ResolverMatch
from wagtail.models import Page

from .markdown_reader import guide_link_url

# The keys are the name of a view, a namespace, or the type of the edited page or setting.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "editors.md#ce-qui-vous-attend": ("wagtailadmin_home",),
    "editors.md#publier-une-actualité": (
        "news_articles.newsindexpage",
        "news_articles.newspage",
        "wagtailsnippets_news_articles_newscategory",
    ),
    "editors.md#la-fréquentation": ("usage_desk",),
    "editors.md#la-page-daccueil": ("home.homepage",),
    "editors.md#les-alertes": ("wagtailsnippets_home_alerts_alert", "news_channels:alert"),
    "editors.md#lagenda-et-les-propositions": (
        "news_agenda.eventindexpage",
        "news_agenda.eventpage",
        "proposals",
        "proposal_desk",
    ),
    "editors.md#lannuaire": (
        "news_directory.directorypage",
        "directory_entries",
        "wagtailsnippets_news_directory_directorytheme",
    ),
    "editors.md#les-avis-officiels": (
        "news_official_notices.officialnoticeindexpage",
        "news_official_notices.officialnoticepage",
        "news_official_notices.officialnoticesettings",
        "postings",
        "wagtailsnippets_news_official_notices_officialnoticetype",
    ),
    "editors.md#le-conseil": ("news_council.meetingindexpage", "news_council.meetingpage"),
    "editors.md#les-documents-officiels": (
        "news_library.librarypage",
        "wagtailsnippets_news_library_publication",
        "wagtailsnippets_news_library_documentkind",
    ),
    "editors.md#les-emplois": ("news_vacancies.vacancyindexpage", "news_vacancies.vacancypage"),
    "editors.md#les-déchets": (
        "news_waste.wastecalendarpage",
        "waste_reminders",
        "wagtailsnippets_news_waste_wastecollection",
        "wagtailsnippets_news_waste_wastedistrict",
    ),
    "editors.md#les-autres-pages": (
        "home.accessibilitypage",
        "home.officepage",
        "home.questionspage",
        "home.siteplanpage",
        "home.guidepage",
        "home.placespage",
    ),
    "editors.md#les-images-et-les-documents": ("wagtailimages", "wagtaildocs"),
    "editors.md#les-blocs": (
        "home.contactpage",
        "home.contentpage",
        "home.sectionpage",
        "wagtailsnippets_home_contact",
        "wagtailsnippets_home_person",
        "wagtailsnippets_home_sharedcallout",
    ),
    "editors.md#relire-valider-et-publier-à-plusieurs": ("wagtailadmin_workflows",),
    "editors.md#les-vérifications-avant-publication": (
        "editing:report",
        "editing:before_publication",
        "editing:before_approval",
        "editing:before_translation",
    ),
    "editors.md#montrer-un-brouillon": ("editing:share",),
    "editors.md#les-lots": ("bundles", "bundle"),
    "editors.md#le-calendrier-des-publications": ("publication_calendar",),
    "editors.md#des-pages-qui-restent-justes": ("editing:reviews", "editing:review"),
    "editors.md#les-canaux": ("news_channels:posts", "news_channels.channelsettings", "phone_readers"),
    "editors.md#linfolettre": (
        "newsletter.newslettersettings",
        "newsletter_desk",
        "subscribers",
        "wagtailsnippets_newsletter_campaign",
        "wagtailsnippets_newsletter_digest",
        "wagtailsnippets_newsletter_topic",
    ),
    "editors.md#les-traductions": ("home_translations", "wagtail_localize"),
    "editors.md#la-recherche": ("home_missed", "wagtailsnippets_home_synonymgroup"),
    "editors.md#la-participation": (
        "news_participation.consultationindexpage",
        "news_participation.consultationpage",
        "news_participation.surveypage",
        "participation_desk",
    ),
    "editors.md#construire-une-prestation": (
        "eservices_catalogue.serviceindexpage",
        "eservices_catalogue.servicepage",
        "editor",
        "services",
    ),
    "editors.md#les-couleurs-et-lallure": ("home.communesettings",),
    "editors.md#les-personnes-et-les-groupes": ("wagtailusers_groups", "wagtailusers_users"),
    "editors.md#les-systèmes-reliés": ("connected_systems", "transmission_preview"),
    "editors.md#les-webhooks": (
        "webhook",
        "webhook_key",
        "webhooks",
    ),
    "editors.md#un-ancien-site": ("site_imports",),
    "editors.md#un-import-de-tableaux": ("spreadsheet_imports",),
    "editors.md#les-jetons-daccès-à-lapi": ("api_tokens",),
    "editors.md#quand-quelque-chose-va-mal": ("wagtailredirects",),
    "services.md#les-émoluments-et-qui-fait-la-demande": (
        "wagtailsnippets_eservices_payments_feescheduleentry",
    ),
    "services.md#écrire-une-lettre": ("wagtailsnippets_eservices_cases_lettertemplate",),
    "services.md#les-décisions-sujettes-à-recours": ("wagtailsnippets_eservices_cases_legalremedies",),
    "services.md#écrire-un-document": ("wagtailsnippets_eservices_documents_documenttemplate",),
    "services.md#les-autorisations": ("wagtailsnippets_eservices_documents_zone",),
    "services.md#les-rues-et-les-adresses": (
        "reference_table_addresses",
        "reference_table_import",
        "wagtailsnippets_eservices_formbuilder_housenumber",
        "wagtailsnippets_eservices_formbuilder_referencerow",
        "wagtailsnippets_eservices_formbuilder_referencetable",
    ),
    "services.md#les-problèmes-signalés-en-ville": ("wagtailsnippets_eservices_reports_problemcategory",),
    "services.md#ce-qui-se-réserve": (
        "wagtailsnippets_eservices_bookings_blockedtime",
        "wagtailsnippets_eservices_bookings_resourcedescription",
        "wagtailsnippets_eservices_bookings_bookingextra",
        "wagtailsnippets_eservices_bookings_importedcalendar",
        "wagtailsnippets_eservices_bookings_resource",
        "wagtailsnippets_eservices_bookings_schoolholidays",
        "wagtailsnippets_eservices_bookings_timetable",
        "wagtailsnippets_eservices_bookings_unit",
    ),
    "agents.md#la-file": ("cases",),
    "agents.md#un-dossier": ("cases:amend", "cases:case", "cases:do", "cases:file_view"),
    "agents.md#à-une-étape": ("cases:stage",),
    "agents.md#les-décisions-sujettes-à-recours": ("formal",),
    "agents.md#le-registre": ("register",),
    "agents.md#les-documents-délivrés": ("revoke_document",),
    "agents.md#les-problèmes-signalés": ("tell_report",),
    "agents.md#ouvrir-au-guichet": ("cases:counter", "cases:receipt"),
    "agents.md#les-lettres-à-poster": ("postroom",),
    "agents.md#la-boîte-denvoi": ("deliveries_board",),
    "agents.md#la-caisse": ("money:till", "money:till_for", "money:till_sheet"),
    "agents.md#les-paiements": ("money",),
    "agents.md#lexportation-comptable": ("accounting", "eservices_accounting.ledgerlayout"),
    "agents.md#le-plan-des-réservations": ("plan",),
    "agents.md#autour-du-plan": ("plan:figures", "plan:links", "plan:outside", "plan:waiting"),
    "agents.md#les-équipes": (
        "cases:team",
        "cases:team_do",
        "cases:teams",
        "wagtailsnippets_eservices_cases_team",
    ),
    "agents.md#ce-qui-vous-est-annoncé": ("wagtailadmin_account",),
    "agents.md#les-chiffres": ("cases:figures",),
    "agents.md#la-conservation": ("retention",),
}
CHAPTER_BY_SCREEN = {screen: chapter for chapter, screens in CHAPTERS.items() for screen in screens}


def help_url_for(match: ResolverMatch) -> str:
    """Return the address of the chapter about a view; "" if there is none."""
    chapter = next((CHAPTER_BY_SCREEN[name] for name in _names(match) if name in CHAPTER_BY_SCREEN), "")
    return chapter and guide_link_url(chapter)


def _names(match: ResolverMatch) -> Iterator[str]:
    """Yield the possible keys of a view, the most specific first."""
    yield match.view_name
    if match.namespace:
        yield match.namespace
    yield from _types(match.kwargs)


def _types(kwargs: dict) -> Iterator[str]:
    """Yield the edited type; for a listing, the type of the parent page."""
    app = kwargs.get("content_type_app_name") or kwargs.get("app_name")
    if model := kwargs.get("content_type_model_name") or kwargs.get("model_name"):
        yield f"{app}.{model}"
    elif pk := kwargs.get("page_id") or kwargs.get("parent_page_id"):
        named = Page.objects.filter(pk=pk).values_list("content_type__app_label", "content_type__model")
        yield from (".".join(names) for names in named)
