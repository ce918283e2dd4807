"""The editors' work in the admin."""

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import access, views
from .viewsets import editor_viewset


@hooks.register("register_admin_viewset", order=10)
def register_editor():
    return editor_viewset


@hooks.register("register_admin_urls")
def register_urls():
    return [path("checks/", include("editing.admin_urls"))]


@hooks.register("insert_global_admin_css")
def style_of_the_panels():
    return format_html('<link rel="stylesheet" href="{}">', static("css/findings.css"))


@hooks.register("insert_editor_js")
def jumps():
    return format_html('<script type="module" src="{}"></script>', static("js/findings.js"))


@hooks.register("before_publish_page", order=100)
def ask_before_publication(request, page):
    return views.ask_before_publication(request, page)


@hooks.register("before_bulk_action", order=100)
def ask_before_publishing_several(request, action_type, objects, action):
    drafts = [
        page for page in objects if hasattr(page, "get_latest_revision_as_object") and hasattr(page, "depth")
    ]
    return views.refuse_several(request, drafts) if action_type == "publish" else None


class EditorsMenuItem(MenuItem):
    """A way that only whoever edits pages sees."""

    def is_shown(self, request):
        return access.pages_for(request.user).exists()


@hooks.register("register_reports_menu_item")
def register_report():
    return EditorsMenuItem(
        _("What to mend on pages"),
        reverse("editing:report"),
        name="findings",
        icon_name="clipboard-list",
        order=100,
    )


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(
        "editing.published_anyway", _("Publish all the same"), _("Published although the checks warned")
    )
