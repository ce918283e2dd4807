"""The agents' desk in Wagtail's admin, and the teams."""

from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import access, desk
from .models import Team


class TeamViewSet(SnippetViewSet):
    """Who treats which services."""

    model = Team
    icon = "group"
    menu_label = _("Teams")
    list_display = ["name", "key", "email"]
    search_fields = ["name", "key"]
    copy_view_enabled = False


register_snippet(TeamViewSet)


class CasesMenuItem(MenuItem):
    """The way to the queue, with how many open cases are the agent's to look at."""

    def is_shown(self, request):
        return access.is_agent(request.user)

    def render_component(self, request):
        condition = desk.views(request.user, timezone.now())["team"][1]
        waiting = access.cases_for(request.user).filter(condition).count()
        label = f"{self.label} ({waiting})" if waiting else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name, classname=self.classname)


@hooks.register("register_admin_menu_item")
def register_menu_item():
    return CasesMenuItem(
        _("Cases"), reverse("cases:queue"), name="cases", icon_name="folder-open-1", order=50
    )


@hooks.register("register_admin_urls")
def register_urls():
    return [path("cases/", include("eservices.cases.urls"))]
