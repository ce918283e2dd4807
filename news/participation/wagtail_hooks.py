"""Participation in the admin: one menu item, whose views are linked by tabs."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.permissions import register_permission_policy

from home.permissions import RestrictedPermissionPolicy

from . import admin_views
from .models import Comment, Contribution, PageFeedback, SurveyAnswer
from .moderation import access as moderation

# Staff may not write or change what residents wrote.
register_permission_policy(PageFeedback, RestrictedPermissionPolicy(PageFeedback, "add", "change"))
register_permission_policy(SurveyAnswer, RestrictedPermissionPolicy(SurveyAnswer, "add", "change"))
register_permission_policy(Comment, RestrictedPermissionPolicy(Comment, "add"))
register_permission_policy(Contribution, RestrictedPermissionPolicy(Contribution, "add"))


class ParticipationMenuItem(MenuItem):
    """A menu item to the first tab that the user may open."""

    def is_shown(self, request):
        request.tabs_of_participation = admin_views.tabs_for(request.user)
        return bool(request.tabs_of_participation)

    def render_component(self, request):
        self.url = request.tabs_of_participation[0].url
        return super().render_component(request)


@hooks.register("register_admin_menu_item")
def register_participation_item():
    url = reverse("participation_desk:useful")
    return ParticipationMenuItem(
        _("Participation"), url, name="participation", icon_name="comment", order=253
    )


class WaitingPanel(Component):
    """A panel of the dashboard with the texts that wait for moderation, the oldest first."""

    name, order = "participation", 62
    template_name = "news/participation/admin/home_panel.html"
    shown = 5

    def __init__(self, waiting):
        self.waiting = waiting

    def get_context_data(self, parent_context):
        return {"number": len(self.waiting), "first": self.waiting[: self.shown]}


@hooks.register("construct_homepage_panels")
def add_moderation_panel(request, panels):
    if moderation.may_moderate(request.user) and (
        waiting := moderation.awaiting_moderation_for(request.user)
    ):
        panels.append(WaitingPanel(waiting))


@hooks.register("register_admin_urls")
def register_participation_urls():
    return [path("participation/", include("news.participation.admin_urls"))]
