"""The checklist of a new commune before its site opens, on the admin's home page.

The state of each step is read from the database: nobody ticks anything, and the list disappears after the last
step.
"""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import Exists, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from eservices.accounts import roles
from eservices.cases.models import TeamMember
from eservices.catalogue.models import ServiceIndexPage, ServicePage
from home.models import AccessibilityPage, CommuneSettings, ContactPage
from news.articles.models import NewsIndexPage, NewsPage
from newsletter.models import Topic


@dataclass(frozen=True)
class SetupStep:
    """A step of the checklist. ``url``: where it is done; "" if the user may not do it."""

    title: str
    why: str
    url: str
    is_done: bool


def setup_steps(user) -> list[SetupStep]:
    """Return all steps in the order of their dependencies; [] if there is no site."""
    found = _found()
    if found is None:
        return []
    home = found["root_page"]
    return [
        SetupStep(
            _("Describe the commune"),
            _("Name, address, arms and opening hours are shown on every page, letter and document."),
            reverse("wagtailsettings:edit", args=["home", "communesettings"]),
            _is_presented(CommuneSettings.current()),
        ),
        SetupStep(
            _("Let your colleagues in"),
            _(
                "Editors write, moderators publish, agents treat requests. They each sign in with their "
                "own address."
            ),
            _where("wagtailusers_users:index", user.has_perm("eservices_accounts.add_user")),
            found["colleagues"],
        ),
        SetupStep(
            _("Form a team"),
            _("A team is responsible for certain services. Each service has one team."),
            _where("wagtailsnippets_eservices_cases_team:list", user.has_perm("eservices_cases.add_team")),
            found["team"],
        ),
        SetupStep(
            _("Open the online counter"),
            _(
                "Choose a common service, adapt it to your commune, and rehearse it. Then publish it, "
                "and the counter above it."
            ),
            _below(found["counter"] or home, found["service"]),
            found["service"] and found["counter_open"],
        ),
        SetupStep(
            _("Publish a first article"),
            _("And the list of news above it, in which readers find it."),
            _below(found["news"] or home, found["article"]),
            found["article"] and found["news_open"],
        ),
        SetupStep(
            _("Publish the pages that every site needs"),
            _("Contact and accessibility of the site. A new commune has drafts of both pages."),
            reverse("wagtailadmin_explore", args=[home]),
            found["contact"] and found["accessibility"],
        ),
        SetupStep(
            _("Name the topics of your newsletter"),
            _("Readers choose topics and get your news on them."),
            _where("wagtailsnippets_newsletter_topic:list", user.has_perm("newsletter.add_topic")),
            found["topic"],
        ),
    ]


def _found() -> dict | None:
    """Return which objects for the steps exist, and the site's home page, in one query; None without a site."""
    staff = get_user_model().objects.filter(is_active=True, groups__name__in=roles.ROLES)
    there = {
        "colleagues": staff,
        "team": TeamMember.objects.all(),
        "counter_open": ServiceIndexPage.objects.live(),
        "service": ServicePage.objects.live(),
        "news_open": NewsIndexPage.objects.live(),
        "article": NewsPage.objects.live(),
        "contact": ContactPage.objects.live(),
        "accessibility": AccessibilityPage.objects.live(),
        "topic": Topic.objects.all(),
    }
    lists = {"counter": ServiceIndexPage, "news": NewsIndexPage}
    first = {key: Subquery(kind.objects.order_by("path").values("pk")[:1]) for key, kind in lists.items()}
    asked = {key: Exists(rows) for key, rows in there.items()} | first
    return Site.objects.filter(is_default_site=True).values("root_page", **asked).first()


def is_checklist_closed(user) -> bool:
    profile = getattr(user, "wagtail_userprofile", None)
    return bool(profile and profile.dismissibles.get(SetupChecklistPanel.name))


class SetupChecklistPanel(Component):
    """The panel of the checklist. A user can close it permanently for their account."""

    name, order = "first-steps", 10
    template_name = "mysite/setup_checklist.html"

    def __init__(self, found: list[SetupStep]):
        self.found = found

    def get_context_data(self, parent_context):
        done = sum(step.is_done for step in self.found)
        return {"steps": self.found, "done": done, "total": len(self.found), "name": self.name}


def _is_presented(commune: CommuneSettings) -> bool:
    return all((commune.street, commune.town, commune.email, commune.arms, commune.hours))


def _below(index: int, has_some: bool) -> str:
    """Return the address to add the first page below an index; to edit the index if it has pages."""
    return reverse(f"wagtailadmin_pages:{'edit' if has_some else 'add_subpage'}", args=[index])


def _where(name: str, may: bool) -> str:
    return reverse(name) if may else ""
