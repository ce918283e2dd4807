"""Views for editors: previews of posts while typing, and the state of each post."""

from uuid import UUID

from django.conf import settings
from django.contrib.messages import constants
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import action_view
from home.exceptions import ActionRefused
from newsletter.models import Topic

from . import access, actions, lookup
from .announcements import Announcement
from .editor import MAX_TEXT_LENGTH, channel_preview
from .sms.alert_views import AlertSmsView

MAX_LINK_LENGTH = 500


class PostsView(WagtailAdminTemplateMixin, TemplateView):
    """The channel posts of a page with their deliveries and attempts."""

    template_name = "news/channels/posts.html"
    page_title = gettext_lazy("Channels")
    header_icon = "site"

    def dispatch(self, request, *args, **kwargs):
        self.page = access.page_for(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("wagtailadmin_pages:edit", args=[self.page.pk]), "label": self.page.title},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        posts = access.posts_of_page(self.request.user, self.page)
        for post in posts:
            post.way = lookup.channel_by_key(post.channel)
        may_retry = self.page.permissions_for_user(self.request.user).can_publish()
        return super().get_context_data(page=self.page, posts=posts, may_retry=may_retry, **kwargs)


@action_view("news_channels:posts", "pk", level=constants.WARNING)
def retry_failed_post(request, pk: int, post: int) -> str:
    """Retry a post that failed."""
    page = access.page_for(request.user, pk)
    if not actions.retry_post(actor=request.user, post=access.post_for(request.user, page, post)):
        raise ActionRefused(_("There is no post to retry."))
    return _("Sending is being retried now.")


@require_POST
def channel_previews(request):
    """Return what each channel would show of the typed text. Nothing is saved."""
    typed = Announcement(
        title=request.POST.get("title", "")[:255],
        lead=request.POST.get("lead", "")[:MAX_TEXT_LENGTH],
        link=request.POST.get("link", "")[:MAX_LINK_LENGTH],
        language=_language(request),
        key=_key(request),
        picture=request.POST.get("picture", "")[:20] or None,
        topics=_topics(request),
    )
    shown = {
        one.key: _shown(one, typed, request.POST.get(one.key, "")) for one in lookup.configured_channels()
    }
    return JsonResponse(shown)


def _language(request) -> str:
    """Return the language of the page, which may differ from the editor's."""
    typed = request.POST.get("language", "")
    return typed if typed in dict(settings.LANGUAGES) else get_language()


def _key(request) -> UUID | None:
    """Return the translation key of a saved page, whose translations are announced too; None if there is none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def _topics(request) -> frozenset:
    """Return the translation keys of the ticked topics."""
    ticked = [
        int(key)
        for key in request.POST.getlist("topics")[:100]
        if key.isascii() and key.isdigit() and len(key) < 10
    ]
    return frozenset(Topic.objects.filter(pk__in=ticked).values_list("translation_key", flat=True))


def _shown(channel, typed: Announcement, own: str) -> dict:
    found = channel_preview(channel, typed, own[: 2 * MAX_TEXT_LENGTH])
    return {
        "text": found.said.text,
        "length": found.length,
        "faults": found.faults,
        "notes": [*map(str, found.notes)],
    }


app_name = "news_channels"
urlpatterns = [
    path("preview/", channel_previews, name="previews"),
    path("alerts/<int:pk>/", AlertSmsView.as_view(), name="alert"),
    path("<int:pk>/", PostsView.as_view(), name="posts"),
    path("<int:pk>/<int:post>/retry/", retry_failed_post, name="retry"),
]
