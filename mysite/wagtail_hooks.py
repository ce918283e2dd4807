"""The guides in the admin instead of Wagtail's, and the checklist of a new commune."""

from django.urls import path, reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from eservices.cases import access as cases

from . import __version__
from .backups.backup_health import add_backup_panel
from .guide import views
from .setup_checklist import SetupChecklistPanel, is_checklist_closed, setup_steps


@hooks.register("register_admin_urls")
def register_guide_urls():
    return [
        path("guide/<slug:name>/", views.GuideView.as_view(), name="guide"),
        path("guide/pictures/<slug:name>.webp", views.show_picture, name="guide_picture"),
    ]


@hooks.register("register_help_menu_item")
def register_guide_item():
    return MenuItem(
        _("Editors’ guide"), reverse("guide", args=["editors"]), name="guide", icon_name="help", order=100
    )


class AgentsGuideItem(MenuItem):
    """The menu item of the agents' guide, for agents."""

    def is_shown(self, request):
        return cases.is_agent(request.user)


@hooks.register("register_help_menu_item")
def register_agents_guide_item():
    return AgentsGuideItem(
        _("Agents’ guide"),
        reverse("guide", args=["agents"]),
        name="agents_guide",
        icon_name="help",
        order=110,
    )


@hooks.register("register_help_menu_item")
def register_version_item():
    """Show the version of the site, and lead to its state."""
    label = format_lazy(_("Version {version}"), version=__version__)
    return MenuItem(label, reverse("health"), name="version", icon_name="info-circle", order=1000)


@hooks.register("construct_homepage_panels")
def add_setup_checklist(request, panels):
    if not request.user.has_perm("home.change_communesettings") or is_checklist_closed(request.user):
        return
    found = setup_steps(request.user)
    if not all(step.is_done for step in found):
        panels.append(SetupChecklistPanel(found))


hooks.register("construct_homepage_panels", add_backup_panel)
