"""Which chapter of the guides helps on which screen of the admin: all of it, in this one place."""

from collections.abc import Iterator

from django.urls import ResolverMatch
from wagtail.models import Page

from .reading import address

# A screen is named by its view, by the namespace of its views, or by the type of page or setting that is edited.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "editors.md#ce-qui-vous-attend": ("wagtailadmin_home",),
    "editors.md#publier-une-actualité": (
        "news.newsindexpage",
        "news.newspage",
        "wagtailsnippets_news_newscategory",
    ),
    "editors.md#la-page-daccueil": ("home.homepage",),
    "editors.md#les-alertes": ("wagtailsnippets_home_alert", "news_channels:alert"),
    "editors.md#lagenda-et-les-propositions": (
        "news.eventindexpage",
        "news.eventpage",
        "proposals",
        "proposal_desk",
    ),
    "editors.md#lannuaire": (
        "news.directorypage",
        "directory_entries",
        "wagtailsnippets_news_directorytheme",
    ),
    "editors.md#les-avis-officiels": (
        "news.noticeindexpage",
        "news.noticepage",
        "news.noticesettings",
        "postings",
        "wagtailsnippets_news_noticekind",
    ),
    "editors.md#le-conseil": ("news.meetingindexpage", "news.meetingpage"),
    "editors.md#les-documents-officiels": (
        "news.librarypage",
        "wagtailsnippets_news_publication",
        "wagtailsnippets_news_documentkind",
    ),
    "editors.md#les-emplois": ("news.jobindexpage", "news.jobpage"),
    "editors.md#les-déchets": (
        "news.wastecalendarpage",
        "waste_reminders",
        "wagtailsnippets_home_wastecollection",
        "wagtailsnippets_home_wastedistrict",
    ),
    "editors.md#les-autres-pages": (
        "home.accessibilitypage",
        "home.officepage",
        "home.questionspage",
        "home.siteplanpage",
        "news.guidepage",
        "news.placespage",
    ),
    "editors.md#les-images-et-les-documents": ("wagtailimages", "wagtaildocs"),
    "editors.md#les-blocs": (
        "home.contactpage",
        "home.contentpage",
        "home.sectionpage",
        "wagtailsnippets_home_contact",
        "wagtailsnippets_home_person",
        "wagtailsnippets_home_sharednotice",
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
    "editors.md#la-recherche": ("home_missed", "wagtailsnippets_home_synonyms"),
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
    "editors.md#quand-quelque-chose-va-mal": ("wagtailredirects",),
    "services.md#les-émoluments-et-qui-fait-la-demande": ("wagtailsnippets_eservices_payments_feeentry",),
    "services.md#écrire-une-lettre": ("wagtailsnippets_eservices_cases_letter",),
    "services.md#les-décisions-sujettes-à-recours": ("wagtailsnippets_eservices_cases_remedies",),
    "services.md#écrire-un-document": ("wagtailsnippets_eservices_documents_documenttemplate",),
    "services.md#les-autorisations": ("wagtailsnippets_eservices_documents_zone",),
    "services.md#les-problèmes-signalés-en-ville": ("wagtailsnippets_eservices_reports_reportcategory",),
    "services.md#ce-qui-se-réserve": (
        "wagtailsnippets_eservices_bookings_blockedtime",
        "wagtailsnippets_eservices_bookings_description",
        "wagtailsnippets_eservices_bookings_extra",
        "wagtailsnippets_eservices_bookings_feed",
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
BY_SCREEN = {screen: chapter for chapter, screens in CHAPTERS.items() for screen in screens}


def help_for(match: ResolverMatch) -> str:
    """The address of the chapter that helps on a screen; nothing where none does."""
    chapter = next((BY_SCREEN[name] for name in _names(match) if name in BY_SCREEN), "")
    return chapter and address(chapter)


def _names(match: ResolverMatch) -> Iterator[str]:
    """What a screen may be named by, what is most particular first."""
    yield match.view_name
    if match.namespace:
        yield match.namespace
    yield from _types(match.kwargs)


def _types(kwargs: dict) -> Iterator[str]:
    """The type that is written or changed; of a listing that of the page whose children it shows."""
    app = kwargs.get("content_type_app_name") or kwargs.get("app_name")
    if model := kwargs.get("content_type_model_name") or kwargs.get("model_name"):
        yield f"{app}.{model}"
    elif pk := kwargs.get("page_id") or kwargs.get("parent_page_id"):
        named = Page.objects.filter(pk=pk).values_list("content_type__app_label", "content_type__model")
        yield from (".".join(names) for names in named)
