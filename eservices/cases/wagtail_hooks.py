"""The agents' desk and the settings of teams in Wagtail's admin."""

from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.log_actions import LogFormatter
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from . import access
from .desk.case_queue import queries
from .desk.mailroom import access as mailroom
from .desk.notification_settings import NotificationPreferencesPanel
from .letter_templates.panels import PlaceholdersPanel
from .letter_templates.preview import LetterPreview, NewLetterPreview
from .models import LegalRemedies, LetterTemplate, Role, Team
from .permissions import OwnedForm, OwnTeams, TeamForm, TeamsViewSet
from .retention import access as retention

register_permission_policy(Team, OwnTeams(Team, "add", "delete", team="pk", role=Role.CONFIGURE))
register_permission_policy(LetterTemplate, OwnTeams(LetterTemplate))
register_permission_policy(LegalRemedies, OwnTeams(LegalRemedies))


class TeamViewSet(TeamsViewSet):
    """Admin views of teams."""

    model = Team
    icon = "group"
    menu_label = _("Teams")
    list_display = ["name", "key", "email"]
    search_fields = ["name", "key"]
    edit_handler = ObjectList(Team.panels, base_form_class=TeamForm)


register_snippet(TeamViewSet)


class LetterTemplateViewSet(TeamsViewSet):
    """Admin views of letter templates, one per language."""

    model = LetterTemplate
    icon = "mail"
    menu_label = _("Letters to applicants")
    list_display = ["name", "key", "team", "subject", "locale"]
    search_fields = ["name", "key", "subject"]
    preview_on_add_view_class = NewLetterPreview
    preview_on_edit_view_class = LetterPreview
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("name"), FieldPanel("key")]),
            FieldPanel("team"),
            FieldPanel("subject"),
            FieldPanel("text"),
            PlaceholdersPanel(heading=_("Data for filling in")),
            FieldPanel("for_agents"),
        ],
        base_form_class=OwnedForm,
    )


register_snippet(LetterTemplateViewSet)


class LegalRemediesViewSet(TeamsViewSet):
    """Admin views of legal remedies, one per language."""

    model = LegalRemedies
    icon = "doc-full-inverse"
    menu_label = _("Legal remedies")
    list_display = ["name", "key", "team", "authority", "days", "locale"]
    search_fields = ["name", "key", "authority"]
    edit_handler = ObjectList(LegalRemedies.panels, base_form_class=OwnedForm)


register_snippet(LegalRemediesViewSet)


class CasesMenuItem(MenuItem):
    """The menu item of the case queue, with the number of open cases in the agent's teams."""

    def is_shown(self, request):
        return access.is_agent(request.user)

    def render_component(self, request):
        return _with_number(self, _waiting(request)["cases"])


def _waiting(request) -> dict[str, int]:
    """Return the numbers in the menu for the user, from one query per request.

    The queue page sets ``request.waiting`` itself, because it counts the same with its tabs.
    """
    if not hasattr(request, "waiting"):
        user = request.user
        cases = access.cases_for(user).filter(queries.NEEDS_AGENT)
        request.waiting = queries.count_each(
            {"cases": cases, "letters": mailroom.letters_for(user).to_print()}
        )
    return request.waiting


def _with_number(item: MenuItem, number: int) -> LinkMenuItem:
    """Return the menu item with the number in its label."""
    label = f"{item.label} ({queries.format_count(number)})" if number else item.label
    return LinkMenuItem(item.name, label, item.url, icon_name=item.icon_name, classname=item.classname)


@hooks.register("register_admin_menu_item")
def register_menu_item():
    return CasesMenuItem(
        _("Cases"), reverse("cases:queue"), name="cases", icon_name="folder-open-1", order=50
    )


class CasesPanel(Component):
    """The panel with the user's open cases on the admin's home page: numbers, and the most urgent ones."""

    name, order = "cases", 50
    template_name = "cases/desk/home_panel.html"
    shown = ("confirm", "overdue", "unassigned", "mine", "instead", "team")
    urgent = 5

    def get_context_data(self, parent_context):
        user, now = parent_context["request"].user, timezone.now()
        views, mine = queries.ready_made_views(user, now), access.cases_for(user)
        shown = [key for key in self.shown if key in views]  # some users lack some views
        sizes = queries.count_each({key: mine.filter(views[key][1]) for key in shown})
        nearest = queries.with_row_data(mine.filter(queries.NEEDS_AGENT).by_urgency())[: self.urgent]
        titles = queries.service_titles([case.form_id for case in nearest])
        return {
            "counts": [
                (key, views[key][0], sizes[key], queries.format_count(sizes[key]))
                for key in shown
                if key != "confirm" or sizes[key]
            ],
            "rows": queries.render_rows(nearest, now, titles),
        }


@hooks.register("construct_homepage_panels")
def add_cases_panel(request, panels):
    if access.is_agent(request.user):
        panels.insert(0, CasesPanel())


class AgentsMenuItem(MenuItem):
    """A menu item for agents only."""

    def is_shown(self, request):
        return access.is_agent(request.user)


@hooks.register("register_admin_menu_item")
def register_metrics():
    return AgentsMenuItem(
        _("Figures"), reverse("cases:figures"), name="figures", icon_name="history", order=60
    )


class RetentionMenuItem(MenuItem):
    """The menu item of retention, for users who may approve disposals."""

    def is_shown(self, request):
        return retention.may_approve_disposal(request.user)


@hooks.register("register_admin_menu_item")
def register_retention():
    return RetentionMenuItem(
        _("Retention"), reverse("retention:index"), name="retention", icon_name="bin", order=70
    )


class MailroomMenuItem(MenuItem):
    """The menu item of the mailroom, with the number of letters to print."""

    def is_shown(self, request):
        return access.is_agent(request.user)

    def render_component(self, request):
        return _with_number(self, _waiting(request)["letters"])


@hooks.register("register_admin_menu_item")
def register_mailroom():
    return MailroomMenuItem(
        _("Letters to post"), reverse("postroom:letters"), name="letters", icon_name="mail", order=55
    )


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("cases.export")(ExportFormatter)


class ExportFormatter(LogFormatter):
    """The log message for an exported list of cases, with or without answers."""

    label = _("Export cases")

    def format_message(self, log_entry):
        taken = log_entry.data
        if "answers_of" not in taken:
            return _("Took a list of cases away as a file")
        return ngettext(
            "Took the answers of %(n)s case away as a file: %(service)s",
            "Took the answers of %(n)s cases away as a file: %(service)s",
            taken["cases"],
        ) % {"n": taken["cases"], "service": taken["answers_of"]}


@hooks.register("register_account_settings_panel")
def register_notification_panel(request, user, profile):
    return NotificationPreferencesPanel(request, user, profile)


@hooks.register("register_admin_menu_item")
def register_teams():
    return AgentsMenuItem(_("My teams"), reverse("cases:teams"), name="teams", icon_name="group", order=55)


@hooks.register("register_admin_urls")
def register_urls():
    return [
        path("cases/", include("eservices.cases.admin_urls")),
        path("retention/", include("eservices.cases.retention.urls")),
        path("decisions/", include("eservices.cases.appealable_decisions.urls")),
        path("letters/", include("eservices.cases.desk.mailroom.urls")),
    ]
