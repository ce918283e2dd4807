"""The groups of staff and their permissions in the admin.

The team defines what an agent may do with a case; a group only gives access to the admin.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

EDITORS, MODERATORS, AGENTS, LEADS = "editors", "moderators", "agents", "leads"
ARCHIVISTS, INSPECTORS, CASHIERS = "archivists", "inspectors", "cashiers"

ADMIN = ["wagtailadmin.access_admin"]
MEDIA = [
    f"{app}.{action}_{model}"
    for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document"))
    for action in ("add", "change", "choose")
]
TABLES = [  # withdrawn rows still label old answers, so only moderators may delete them
    f"eservices_formbuilder.{action}_{model}"
    for model in ("referencetable", "referencerow", "housenumber")
    for action in ("add", "change")
]
FEES = [  # an entry that services refer to must not be deleted
    f"eservices_payments.{action}_{model}"
    for model in ("feescheduleentry", "feeprice")
    for action in ("add", "change")
]
BOOKED = (
    "resource",
    "resourcedescription",
    "unit",
    "timetable",
    "bookingextra",
    "blockedtime",
    "schoolholidays",
)
BOOKABLE = [  # bookings refer to them, so only moderators may delete them
    f"eservices_bookings.{action}_{model}" for model in BOOKED for action in ("add", "change")
]
ALERTS = [
    "home_alerts.add_alert",
    "home_alerts.change_alert",
]  # users with the right to publish activate them
BUNDLES = [
    "home_bundles.add_bundle",
    "home_bundles.change_bundle",
]  # each page in it needs its own right to publish
LETTERS = [
    "newsletter.add_campaign",
    "newsletter.change_campaign",
]  # users with the right to publish send them
BOOKS = [
    "eservices_payments.take_money",
    "eservices_payments.keep_books",
    "eservices_payments.change_paymentsettings",
    "eservices_accounting.change_ledgerlayout",
]
SITE = ["home.change_communesettings", "wagtailredirects.add_redirect", "wagtailredirects.change_redirect"]
USAGE = ["eservices_usage.view_pagevisits"]
COUNTER = ["eservices_submissions.file_for_others"]
TEAMS = ["eservices_cases.change_team"]  # the team defines which ones: see ``cases.permissions``
# Group → permissions as "app.codename". Permissions of apps that are not installed are skipped.
ROLES: dict[str, list[str]] = {
    EDITORS: [*ADMIN, *MEDIA, *TABLES, *FEES, *BOOKABLE, *LETTERS, *ALERTS, *BUNDLES, *USAGE],
    MODERATORS: [*ADMIN, *MEDIA, *SITE, *USAGE, "wagtail_localize.submit_translation"],
    AGENTS: [*ADMIN, *COUNTER],
    LEADS: [*ADMIN, *COUNTER, *TEAMS, "wagtail_localize.submit_translation"],
    CASHIERS: [*ADMIN, *BOOKS],
    ARCHIVISTS: [*ADMIN, "eservices_cases.approve_disposal"],
    INSPECTORS: ["eservices_documents.inspect_permits"],
}
# Models, or whole apps, on which a group has every permission.
KEEPS: dict[str, list[str]] = {
    MODERATORS: [
        "home",
        "home_alerts",
        "home_bundles",
        "news_agenda",
        "news_articles",
        "news_council",
        "news_directory",
        "news_library",
        "news_official_notices",
        "news_proposals",
        "news_vacancies",
        "news_waste",
        "news_channels",
        "news_participation",
        "newsletter",
        "eservices_catalogue",
        *(f"eservices_bookings.{model}" for model in BOOKED),
        "eservices_formbuilder.referencetable",
        "eservices_formbuilder.referencerow",
        "eservices_formbuilder.housenumber",
        "eservices_payments.feescheduleentry",
        "eservices_payments.feeprice",
        "eservices_reports.problemcategory",
    ],
    LEADS: [
        "eservices_deliveries.delivery",
        "eservices_documents.documenttemplate",
        "eservices_documents.zone",
        "eservices_cases.lettertemplate",
        "eservices_cases.legalremedies",
    ],
}


# Labels of the groups. The name of a group is for the code; a group that the commune created has no label.
ROLE_LABELS = {
    EDITORS: _("Editors"),
    MODERATORS: _("Moderators"),
    AGENTS: _("Agents"),
    LEADS: _("Leads of teams"),
    CASHIERS: _("Cashiers"),
    ARCHIVISTS: _("Archivists"),
    INSPECTORS: _("Inspectors"),
}
# Duties of the groups, shown when a user is given access.
DUTIES = {
    EDITORS: _("Editors: write pages, news and newsletters, which a moderator publishes"),
    MODERATORS: _("Moderators: publish, and set how the site looks and what it offers"),
    AGENTS: _("Agents: treat the requests of their teams"),
    LEADS: _("Leads of teams: also write the letters and documents of the teams they lead"),
    CASHIERS: _("Cashiers: take money at the counter, pay back, keep the journal and the tills"),
    ARCHIVISTS: _("Archivists: approve what is archived or erased"),
    INSPECTORS: _("Inspectors: can only look up permits, while on patrol"),
}


def role_label(group: Group) -> str:
    return str(ROLE_LABELS.get(group.name, group.name))


def _permissions(name: str) -> QuerySet[Permission]:
    chosen = Q(pk=None)
    for label in ROLES[name]:
        app, codename = label.split(".")
        chosen |= Q(content_type__app_label=app, codename=codename)
    for label in KEEPS.get(name, []):
        app, _dot, model = label.partition(".")
        chosen |= Q(content_type__app_label=app) & (Q(content_type__model=model) if model else Q())
    return Permission.objects.filter(chosen)


def ensure_roles(*names: str) -> dict[str, Group]:
    """Return the groups by name (all, or those named), created if needed, with their permissions.

    Permissions that were added by hand stay. Rights on pages are set with the page tree.
    """
    groups = {}
    for name in names or ROLES:
        groups[name], _made = Group.objects.get_or_create(name=name)
        groups[name].permissions.add(*_permissions(name))
    return groups
