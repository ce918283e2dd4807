"""Official notices in the admin: types, posting records, and the proof of each notice."""

from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from home.localization.dates import date_format
from home.permissions import RestrictedPermissionPolicy

from . import access, views
from .models import OfficialNoticePage, OfficialNoticeType, PostingRecord


class NoticeKindViewSet(SnippetViewSet):
    model = OfficialNoticeType
    icon = "tag"
    menu_label = _("Kinds of notices")
    add_to_admin_menu = False
    list_display = ["name", "days", "law", "order"]


register_snippet(NoticeKindViewSet)


# Nobody may add, change or delete records.
register_permission_policy(
    PostingRecord, RestrictedPermissionPolicy(PostingRecord, "add", "change", "delete")
)


class PostingViewSet(ModelViewSet):
    """All posting records, the latest first. The title links to the proof."""

    model = PostingRecord
    icon = "thumbtack"
    menu_name = "postings"
    menu_label = _("Postings")
    menu_order = 260
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ["title"]
    list_display = [
        TitleColumn("title", label=_("Official notice"), get_url=lambda one: proof_url(one.notice)),
        Column("kind", label=_("Events so far"), accessor="get_kind_display"),
        Column("last_day", label=_("Until"), sort_key="last_day", accessor=lambda one: posting_end(one)),  # noqa: PLW0108
        Column("act", label=_("Kind of act"), sort_key="act"),
        DateColumn("at", label=_("When"), sort_key="at"),
        Column("actor_name", label=_("By")),
    ]
    list_filter = ["kind", "act", "last_day"]
    search_fields = ["title", "act"]


def posting_end(posting: PostingRecord) -> str:
    """Return the last day as text, with a note if it is past."""
    day = date_format(posting.last_day)
    is_past = posting.last_day < timezone.localdate()
    return gettext("{day} (over)").format(day=day) if is_past else day


@hooks.register("register_admin_viewset")
def register_postings_viewset():
    return PostingViewSet("postings")


@hooks.register("register_admin_urls")
def register_notice_urls():
    return [
        path("notices/<uuid:notice>/proof/", views.proof_of_posting, name="notice_proof"),
        path("notices/file/<int:pk>/", views.notice_file_for_editors, name="notice_file_inside"),
    ]


@hooks.register("register_page_header_buttons")
def register_proof_button(page, user, view_name, next_url=None):
    if (
        isinstance(page.specific_deferred, OfficialNoticePage)
        and page.first_published_at
        and access.may_see_proofs(user)
    ):
        yield Button(
            _("Proof of posting"), proof_url(page.translation_key), icon_name="thumbtack", priority=60
        )


@hooks.register("after_copy_page")
def begin_a_new_posting(request, page, new_page):
    """Reset the days of a copied notice, because it was not displayed on the days of the original."""
    if not isinstance(page.specific_deferred, OfficialNoticePage):
        return
    copied = OfficialNoticePage.objects.get(pk=new_page.pk)
    copied.first_day, copied.last_day = timezone.localdate(), None
    copied.board_from = copied.board_until = None
    revision = copied.save_revision(user=request.user)
    if copied.live:
        revision.publish(user=request.user)


def proof_url(notice) -> str:
    return reverse("notice_proof", args=[notice])
