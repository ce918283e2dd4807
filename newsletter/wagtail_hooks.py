"""The newsletter in the admin: topics to edit, subscribers to look at or to erase on request."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Subscriber, Topic


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Newsletter topics")
    add_to_admin_menu = False
    list_display = ["name", "description", "order"]


register_snippet(TopicViewSet)


class LookAndErase(ModelPermissionPolicy):
    """Nobody is subscribed by somebody else: only the mailed link confirms an address."""

    def user_has_permission(self, user, action):
        return action not in ("add", "change") and super().user_has_permission(user, action)


register_permission_policy(Subscriber, LookAndErase(Subscriber))


class SubscriberViewSet(ModelViewSet):
    model = Subscriber
    icon = "mail"
    menu_label = _("Subscribers")
    add_to_admin_menu = True
    inspect_view_enabled = True
    copy_view_enabled = False
    form_fields = ["language"]
    list_display = ["email", "language", "get_state_display", "confirmed_at", "created_at"]
    list_filter = ["state", "language"]
    search_fields = ["email"]
    inspect_view_fields = [
        "email",
        "language",
        "state",
        "created_at",
        "confirmed_at",
        "unsubscribed_at",
        "link_expires_at",
    ]


@hooks.register("register_admin_viewset")
def subscribers():
    return SubscriberViewSet("subscribers")
