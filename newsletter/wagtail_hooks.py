"""The newsletter in the admin: campaigns, digests, topics and subscribers."""

from datetime import datetime

from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views.generic import DeleteView, IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from home.admin.columns import DateTimeColumn
from home.localization.times import format_short_datetime
from home.permissions import RestrictedPermissionPolicy

from . import access
from .actions import subscribers
from .admin_views import urls
from .models import Campaign, Digest, Mailing, Subscriber, Topic
from .states import MailingState

MAX_SHOWN = 10


class CampaignStateColumn(Column):
    """The state of a campaign's mailing."""

    cell_template_name = "newsletter/admin/progress.html"

    def get_value(self, instance):
        state = instance.mailing_state and MailingState(instance.mailing_state).label
        return f"{state} ({instance.mailing_number})" if instance.mailing_number else state


class ApproveOnPublishMixin:
    """Messages for publishing, which approves a campaign. Sending is a separate action, linked from there."""

    @property
    def approves(self) -> bool:
        """True if the submitted action approves the campaign: publishing, or the last approval of the workflow."""
        if self.action != "workflow-action":
            return self.action == "publish"
        return self.workflow_action == "approve" and not self.object.workflow_in_progress

    def get_success_message(self, instance=None):
        if not self.approves:
            return super().get_success_message(instance)
        title = {"title": (instance or self.object).title}
        return _("“%(title)s” is approved. It has not been sent yet.") % title

    def get_success_buttons(self):
        buttons = super().get_success_buttons()
        if self.approves:
            sending = reverse("newsletter_desk:sending", args=[self.object.pk])
            buttons.insert(0, messages.button(sending, _("Test and send…")))
        return buttons


class CreateView(ApproveOnPublishMixin, snippets.CreateView):
    pass


class EditView(ApproveOnPublishMixin, snippets.EditView):
    pass


class CampaignViewSet(SnippetViewSet):
    """The admin of campaigns."""

    model = Campaign
    add_view_class = CreateView
    edit_view_class = EditView
    icon = "mail"
    menu_label = _("Campaigns")
    list_display = [
        "title",
        CampaignStateColumn("mailing", label=_("Sending")),
        DateColumn("created_at", label=_("Created")),
    ]
    search_fields = ["title", "summary"]

    def get_queryset(self, request):
        return Campaign.objects.with_mailing()


class DigestViewSet(SnippetViewSet):
    """The admin of automatic digests."""

    model = Digest
    icon = "history"
    menu_label = _("Digests")
    list_display = [
        "title",
        Column("rhythm", label=_("Rhythm"), accessor="get_rhythm_display", sort_key="rhythm"),
        DateTimeColumn("due_at", label=capfirst(_("next letter")), sort_key="due_at"),
        BooleanColumn("active", label=_("In use"), sort_key="active"),
    ]
    copy_view_enabled = False


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ["name", "description", "order"]


class NewsletterGroup(SnippetViewSetGroup):
    menu_name = "newsletter"
    menu_label = _("Newsletter")
    menu_icon = "mail"
    menu_order = 250
    items = (CampaignViewSet, DigestViewSet, TopicViewSet)


register_snippet(NewsletterGroup)


# Staff cannot subscribe other persons: only the e-mailed link confirms an address.
register_permission_policy(Subscriber, RestrictedPermissionPolicy(Subscriber, "add", "change"))


class SubscribersView(IndexView):
    """The list of subscribers, with import and export."""

    @cached_property
    def header_more_buttons(self):
        buttons = super().header_more_buttons
        if access.may_manage_subscribers(self.request.user):
            buttons += [
                Button(_("Import"), reverse("newsletter_desk:import"), icon_name="upload", priority=10),
                Button(_("Export"), reverse("newsletter_desk:export"), icon_name="download", priority=20),
            ]
        return buttons


class SubscriberView(InspectView):
    """The data of a subscriber, with times as in the list."""

    def get_field_display_value(self, field_name, field):
        value = super().get_field_display_value(field_name, field)
        return format_short_datetime(timezone.localtime(value)) if isinstance(value, datetime) else value


class EraseSubscriberView(DeleteView):
    """The deletion of a subscriber, which erases them in all systems, as from their own page."""

    def delete_action(self):
        subscribers.erase_subscriber(actor=self.request.user, subscriber=self.object)


class SubscriberViewSet(ModelViewSet):
    index_view_class = SubscribersView
    inspect_view_class = SubscriberView
    delete_view_class = EraseSubscriberView
    model = Subscriber
    icon = "user"
    menu_name = "subscribers"
    menu_label = _("Subscribers")
    menu_order = 251
    add_to_admin_menu = True
    inspect_view_enabled = True
    copy_view_enabled = False
    form_fields = ["language"]
    list_display = [
        "email",
        "language",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        DateTimeColumn("confirmed_at", label=capfirst(_("confirmed")), sort_key="confirmed_at"),
        DateTimeColumn("created_at", label=capfirst(_("first asked")), sort_key="created_at"),
    ]
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
def register_subscribers_viewset():
    return SubscriberViewSet("subscribers")


@hooks.register("register_admin_urls")
def register_newsletter_urls():
    return [path("", include(urls))]


class SendingMenuItem(ActionMenuItem):
    """The link from the editor to the sending view."""

    name = "newsletter-sending"
    label = _("Test and send…")
    icon_name = "mail"

    def is_shown(self, context):
        return context["view"] == "edit" and context["model"] is Campaign

    def get_url(self, parent_context):
        return reverse("newsletter_desk:sending", args=[parent_context["instance"].pk])


class BlockedMailingsPanel(Component):
    """Blocked digests and mailings, on the admin's home page, because nobody watches automatic digests."""

    name, order = "newsletter", 45
    template_name = "newsletter/admin/home_panel.html"

    def __init__(self, digests, mailings):
        self.found = {"digests": digests, "mailings": mailings}

    def get_context_data(self, parent_context):
        return self.found


@hooks.register("construct_homepage_panels")
def add_blocked_mailings_panel(request, panels):
    if access.may_write(request.user):
        digests = list(Digest.objects.late(timezone.now()).order_by("due_at", "pk")[:MAX_SHOWN])
        mailings = list(Mailing.objects.hindered().select_related("campaign").order_by("pk")[:MAX_SHOWN])
        if digests or mailings:
            panels.append(BlockedMailingsPanel(digests, mailings))


@hooks.register("register_snippet_action_menu_item")
def register_sending_item(model):
    return SendingMenuItem(order=5) if model is Campaign else None


@hooks.register("register_snippet_listing_buttons")
def register_sending_button(snippet, user, next_url=None):
    if isinstance(snippet, Campaign) and access.may_write(user):
        yield Button(
            _("Test and send"),
            reverse("newsletter_desk:sending", args=[snippet.pk]),
            icon_name="mail",
            priority=5,
        )
