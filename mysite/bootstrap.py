"""Initial contents of a new commune's site.

Groups of staff with their rights, the approval workflow, a home page, draft pages, default categories, and synonyms for
search.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
)

from eservices.accounts import roles
from eservices.catalogue.models import LifeSituation, ServiceIndexPage
from home.localization.slugs import slugify_title
from home.models import (
    AccessibilityPage,
    BasePage,
    ContactPage,
    ContentPage,
    FormField,
    HomePage,
    SectionPage,
    SitePlanPage,
)
from home.models.categories import Category
from news.agenda.models import EventIndexPage
from news.articles.models import NewsCategory, NewsIndexPage
from news.library.models import DocumentKind, LibraryPage
from news.official_notices.models import OfficialNoticeIndexPage
from news.participation.consultations.models import ConsultationIndexPage

from .starter_synonyms import create_starter_synonyms

EDITS = ("add_page", "change_page")
PUBLISHES = (*EDITS, "publish_page", "bulk_delete_page", "lock_page", "unlock_page")
ON_PAGES = {roles.EDITORS: EDITS, roles.MODERATORS: PUBLISHES}


@dataclass(frozen=True)
class StarterPage:
    """A page of a new site, in the menu or in the footer."""

    kind: type[BasePage]
    title: str
    lead: str
    in_menu: bool = False
    at_foot: bool = False
    below: tuple["StarterPage", ...] = ()


STARTER_PAGES = (
    StarterPage(
        ServiceIndexPage,
        gettext_lazy("Online counter"),
        gettext_lazy("Services that you can use online, day and night."),
        in_menu=True,
    ),
    StarterPage(
        SectionPage,
        gettext_lazy("Living here"),
        gettext_lazy("Arriving, schools, waste, roads: information for everyday life."),
        in_menu=True,
    ),
    StarterPage(
        NewsIndexPage,
        gettext_lazy("News"),
        gettext_lazy("Decisions, projects and celebrations of the commune."),
        in_menu=True,
    ),
    StarterPage(
        EventIndexPage, gettext_lazy("Agenda"), gettext_lazy("Events in the coming weeks."), in_menu=True
    ),
    StarterPage(
        ConsultationIndexPage,
        gettext_lazy("Take part"),
        gettext_lazy("Propose an idea, answer what the commune asks, and read what became of it."),
        in_menu=True,
    ),
    StarterPage(
        SectionPage,
        gettext_lazy("Authorities"),
        gettext_lazy("Authorities and their decisions."),
        in_menu=True,
        below=(
            StarterPage(
                OfficialNoticeIndexPage,
                gettext_lazy("Public notice board"),
                gettext_lazy("Posted notices, for as long as they are posted."),
            ),
            StarterPage(
                LibraryPage,
                gettext_lazy("Official documents"),
                gettext_lazy("Regulations, budgets and accounts, to read and to download."),
            ),
        ),
    ),
    StarterPage(
        SectionPage,
        gettext_lazy("Administration"),
        gettext_lazy("The offices, their staff and their opening hours."),
        in_menu=True,
    ),
    StarterPage(
        ContactPage,
        gettext_lazy("Write to the commune"),
        gettext_lazy("Your message reaches the administration, which answers by e-mail."),
        at_foot=True,
    ),
    StarterPage(
        AccessibilityPage,
        gettext_lazy("Accessibility"),
        gettext_lazy("Accessibility of this site."),
        at_foot=True,
    ),
    StarterPage(
        ContentPage,
        gettext_lazy("Personal data"),
        gettext_lazy("The personal data that the commune stores, its purpose, and its retention."),
        at_foot=True,
    ),
    StarterPage(
        SitePlanPage, gettext_lazy("Site plan"), gettext_lazy("All pages of this site."), at_foot=True
    ),
)
# Categories of articles and documents.
DEFAULT_CATEGORIES: dict[type[Category], tuple] = {
    NewsCategory: (
        gettext_lazy("Works and environment"),
        gettext_lazy("Politics"),
        gettext_lazy("School and children"),
        gettext_lazy("Village life"),
    ),
    DocumentKind: (
        gettext_lazy("Regulations"),
        gettext_lazy("Budgets and accounts"),
        gettext_lazy("Forms"),
    ),
}
# Life situations of services. The keys are the slugs by which starters refer to them in every language.
SITUATIONS = {
    "demenager": gettext_lazy("I arrive, I move"),
    "papiers": gettext_lazy("I need a document"),
    "auto": gettext_lazy("I drive, I park"),
    "fete": gettext_lazy("I celebrate, I meet"),
}
QUESTIONS = (
    (gettext_lazy("Your name"), "singleline"),
    (gettext_lazy("Your e-mail address"), "email"),
    (gettext_lazy("Your message"), "multiline"),
)
WAGTAILS = ("Moderators", "Editors")  # default groups of Wagtail, with rights on its welcome page
WAGTAILS_APPROVAL = "Moderators approval"


@transaction.atomic
def bootstrap_site() -> None:
    """Create the initial contents of the site, once.

    If one of the groups exists, the commune has begun: its changes stay.
    """
    if Group.objects.filter(name__in=roles.ROLES).exists():
        return
    groups = roles.ensure_roles()
    grant_permissions(groups)
    rename_root_page()
    rename_default_workflow()
    remove_default_groups(groups)
    if not HomePage.objects.exists():
        with override(settings.LANGUAGE_CODE):
            home = create_home_page()
            create_starter_pages(home, STARTER_PAGES)
            add_footer_links(home)
            create_default_categories(home.locale)
        create_starter_synonyms(dict(settings.LANGUAGES))


def set_site_address() -> None:
    """Set the address of the default site to ``WAGTAILADMIN_BASE_URL``.

    Beside another site, such as that of a school, pages are linked by absolute addresses.
    """
    url = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    found = {"hostname": url.hostname, "port": url.port or (443 if url.scheme == "https" else 80)}
    if not Site.objects.filter(**found).exists():
        for site in Site.objects.filter(is_default_site=True):
            vars(site).update(found)
            site.save()


def grant_permissions(groups: Mapping[str, Group]) -> None:
    """Let editors write and moderators publish in every language, and both add and choose pictures and downloads."""
    root, everywhere = Page.get_first_root_node(), Collection.get_first_root_node()
    for name, rights in ON_PAGES.items():
        for permission in _permissions(["wagtailcore"], rf"^({'|'.join(rights)})$"):
            GroupPagePermission.objects.get_or_create(group=groups[name], page=root, permission=permission)
        for permission in _permissions(
            ["wagtailimages", "wagtaildocs"], r"^(add|change|choose)_(image|document)$"
        ):
            GroupCollectionPermission.objects.get_or_create(
                group=groups[name], collection=everywhere, permission=permission
            )


def remove_default_groups(groups: Mapping[str, Group]) -> None:
    """Replace Wagtail's groups by ours as approvers, and delete those without members.

    A user added to such a group by mistake would have no rights.
    """
    for task in GroupApprovalTask.objects.filter(groups__name__in=WAGTAILS):
        task.groups.set([groups[roles.MODERATORS]])
    Group.objects.filter(name__in=WAGTAILS, user=None).delete()


def rename_root_page() -> None:
    """Translate the names of Wagtail's root page and root collection.

    Choosers begin above the home pages, at a page called “Root”.
    """
    with override(settings.LANGUAGE_CODE):
        name, first = _("All pages"), _("General")
    Page.objects.filter(depth=1).update(title=name, draft_title=name)
    Collection.objects.filter(depth=1).update(name=first)


def rename_default_workflow() -> None:
    """Translate the name of Wagtail's workflow, which editors see, from “Moderators approval”."""
    with override(settings.LANGUAGE_CODE):
        name = _("Approval")
    for model in (Workflow, Task):
        model.objects.filter(name=WAGTAILS_APPROVAL).update(name=name)


def create_home_page() -> HomePage:
    """Create an empty home page in place of Wagtail's welcome page."""
    root = Page.get_first_root_node()
    welcome = list(root.get_children())
    home = HomePage(
        title=settings.WAGTAIL_SITE_NAME, slug=slugify_title(_("Home")), locale=Locale.get_default()
    )
    root.add_child(instance=home)
    home.save_revision(log_action=True).publish()
    Site.objects.filter(root_page__in=welcome).update(root_page=home)
    for page in welcome:
        Page.objects.get(pk=page.pk).delete()
    Site.clear_site_root_paths_cache()
    return home


def create_starter_pages(parent: BasePage, parts: Iterable[StarterPage]) -> None:
    """Create the pages as drafts: empty pages are not public, and the commune deletes those it does not need."""
    for part in parts:
        page = part.kind(
            title=str(part.title),
            slug=slugify_title(str(part.title)),
            lead=str(part.lead),
            show_in_menus=part.in_menu,
            locale=parent.locale,
            live=False,
        )
        parent.add_child(instance=page)
        if isinstance(page, ContactPage):
            page.form_fields = create_contact_questions(page)
        page.save_revision(log_action=True)
        create_starter_pages(page, part.below)


def create_contact_questions(page: ContactPage) -> list[FormField]:
    return [
        FormField(sort_order=number, label=str(label), field_type=kind, required=True, locale=page.locale)
        for number, (label, kind) in enumerate(QUESTIONS)
    ]


def add_footer_links(home: HomePage) -> None:
    """Link the footer pages from the home page. A link shows once its page is published."""
    titles = [str(part.title) for part in STARTER_PAGES if part.at_foot]
    pages = home.get_children().filter(title__in=titles).order_by("path")
    home.footer_links = [("link", {"title": page.title, "page": page}) for page in pages]
    home.save_revision(log_action=True).publish()


def create_default_categories(locale: Locale) -> None:
    """Create default categories, because an article needs one. The commune can rename and extend them."""
    for model, names in DEFAULT_CATEGORIES.items():
        for order, name in enumerate(map(str, names)):
            model.objects.create(locale=locale, slug=slugify_title(name), name=name, order=order)
    for order, (slug, name) in enumerate(SITUATIONS.items()):
        LifeSituation.objects.create(locale=locale, slug=slug, name=str(name), order=order)


def _permissions(apps: list[str], pattern: str):
    return Permission.objects.filter(content_type__app_label__in=apps, codename__regex=pattern)
