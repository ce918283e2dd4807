"""Editors' work in the admin."""

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import DefaultPageForm
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.admin.widgets.button import Button
from wagtail.contrib.redirects import views as redirect_views

from . import access, page_translations, views
from .actions import publishing
from .panels import WaitingPanel
from .redirects import LoopFreeRedirectForm
from .viewsets import editor_viewset


@hooks.register("register_admin_viewset", order=10)
def register_editor():
    return editor_viewset


@hooks.register("register_admin_urls")
def register_urls():
    return [path("checks/", include("news.editorial.admin_urls"))]


@hooks.register("register_admin_urls", order=-1)
def register_redirects():
    """Register views with a form that refuses loops, before Wagtail's own URLs."""
    return [
        path("redirects/add/", redirect_views.CreateView.as_view(form_class=LoopFreeRedirectForm)),
        path(
            "redirects/<int:redirect_id>/", redirect_views.EditView.as_view(form_class=LoopFreeRedirectForm)
        ),
    ]


@hooks.register("insert_global_admin_css")
def insert_panel_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("css/findings.css"))


@hooks.register("insert_global_admin_js")
def insert_missing_labels():
    return format_html('<script type="module" src="{}"></script>', static("js/names.js"))


@hooks.register("insert_editor_js")
def insert_field_jump_script():
    return format_html('<script type="module" src="{}"></script>', static("js/findings.js"))


@hooks.register("insert_editor_js")
def insert_serial_save_script():
    return format_html('<script type="module" src="{}"></script>', static("js/saving.js"))


@hooks.register("insert_editor_js")
def keep_comments_written_meanwhile():
    return format_html('<script type="module" src="{}"></script>', static("js/comments.js"))


@hooks.register("before_publish_page", order=100)
def confirm_publication(request, page):
    return views.confirmation_for_page(request, page)


@hooks.register(
    "before_edit_page", order=-10
)  # before the editor of translations, which publishes without calling the hook
def confirm_translation(request, page):
    return views.confirmation_for_translation(request, page)


@hooks.register("before_edit_page", order=100)  # not shown if another hook returns a response
def show_requested_changes(request, page):
    if request.method == "GET":
        views.show_requested_changes(request, page)


@hooks.register("after_edit_page")
def show_decision_result(request, page):
    if "action-workflow-action" in request.POST:
        views.show_decision_result(request, page)


@hooks.register("after_unpublish_page")
def unpublish_translations_too(request, page):
    if "translations" in request.POST:
        with_below = "include_descendants" in request.POST
        publishing.unpublish_translations(actor=request.user, page=page, with_below=with_below)


@hooks.register("before_delete_page")
def show_remaining_translations(request, page):
    if request.method == "GET" and (stay := page_translations.published_translations(page)):
        said = _("Still published: %(languages)s. Delete separately.")
        messages.warning(request, said % {"languages": page_translations.language_names(stay)})


@hooks.register("before_copy_page", order=100)
def keep_copies_as_drafts(request, page):
    views.keep_copies_as_drafts(request, page)


@hooks.register("before_bulk_action", order=100)
def confirm_bulk_publication(request, action_type, objects, action):
    several = action_type == "publish" and isinstance(action, PublishBulkAction)
    return views.confirmation_for_pages(request, objects, action) if several else None


# Wagtail shows its field name, in English.
DefaultPageForm.base_fields["include_descendants"].label = _("With the pages below")


@hooks.register("before_move_page")
def remember_old_parent(request, page, destination):
    request.stood_below = page.get_parent()


@hooks.register("after_move_page")
def offer_undo_move(request, page):
    """Offer to move the page back. Without this, an editor would have to find the old place in the history."""
    back = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, request.stood_below.pk])
    said = _("The page was below “%(page)s”.") % {"page": request.stood_below.get_admin_display_title()}
    messages.info(request, said, buttons=[messages.button(back, _("Put it back"))])


@hooks.register("construct_homepage_panels")
def add_waiting_panel(request, panels):
    if access.may_edit_any_page(request.user):
        panels.append(WaitingPanel())


class EditorsMenuItem(MenuItem):
    """A menu item that is only shown to users who may edit pages."""

    def is_shown(self, request):
        return access.may_edit_any_page(request.user)


@hooks.register("register_reports_menu_item")
def register_report():
    return EditorsMenuItem(
        _("To correct on pages"),
        reverse("editing:report"),
        name="findings",
        icon_name="clipboard-list",
        order=100,
    )


@hooks.register("register_reports_menu_item")
def register_reviews():
    return EditorsMenuItem(
        _("Pages to review"),
        reverse("editing:reviews"),
        name="reviews",
        icon_name="calendar-check",
        order=110,
    )


@hooks.register("register_page_header_buttons")
def register_page_buttons(page, user, view_name, next_url=None):
    """Add buttons for the links to the draft and for the review."""
    if page.pk and page.depth > 1 and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Share the draft"), reverse("editing:share", args=[page.pk]), icon_name="link", priority=20
        )
        yield Button(
            _("Review"), reverse("editing:review", args=[page.pk]), icon_name="calendar-check", priority=21
        )


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("editing.reviewed", _("Review"), _("Reviewed, still right"))
    actions.register_action(
        "editing.arranged", _("Arrange reviews"), _("Chose who looks after the page and when")
    )
    actions.register_action("editing.shared", _("Share the draft"), _("Shared the draft by a link"))
    actions.register_action("editing.unshared", _("Revoke a link"), _("Revoked a link to the draft"))
    actions.register_action(
        "editing.published_anyway", _("Publish anyway"), _("Published although the checks warned")
    )
