"""Wagtail hooks: the commune's colours, menu items, links in texts, report views."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import DismissibleMenuItem, MenuItem
from wagtail.documents.models import AbstractDocument
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from .appearance import colours
from .links.rich_text import PageLinkRewriter
from .localization.slugs import numbered_words
from .models import CommuneSettings, SynonymGroup
from .publication import public_record
from .publication_calendar import menu as planning_admin  # noqa: F401
from .search import missed_queries_view
from .signals import document_changed
from .translation.views import TranslationReportView, may_view_translations


@hooks.register("insert_global_admin_css")
def insert_admin_colours():
    """Return the style sheets of the admin, with Wagtail's properties in the commune's colour."""
    properties = mark_safe(colours.admin_stylesheet(CommuneSettings.current().colour or colours.LAKE))
    return format_html(
        '<link rel="stylesheet" href="{}"><style>{}</style>', static("css/admin.css"), properties
    )


@hooks.register("construct_help_menu")
def hide_whats_new(request, items):
    """Hide Wagtail's release notes: they are for operators, and their badge would distract all staff."""
    items[:] = [item for item in items if not isinstance(item, DismissibleMenuItem)]


@hooks.register("before_create_page")
def check_public_record_parent(request, parent_page, page_class):
    """Refuse to create a page on record below a restricted page."""
    kind = page_class if issubclass(page_class, public_record.PublicRecord) else None
    reason = public_record.placement_error(kind, parent_page)
    if not reason:
        return None
    messages.error(request, reason)
    return redirect("wagtailadmin_explore", parent_page.pk)


@hooks.register("after_bulk_action")
def reindex_moved_documents(request, action_type, objects, action_class_instance):
    """Update search after documents were moved to a collection in bulk, which sends no signal."""
    for document in objects:
        if isinstance(document, AbstractDocument) and action_type == "add_to_collection":
            document_changed.send(sender=type(document), document=document)


@hooks.register("register_rich_text_features", order=10)
def register_page_links(features):
    features.register_link_type(PageLinkRewriter)


class SynonymsCreateView(CreateView):
    """View that fills in the words of a missed query from its address."""

    def get_initial_form_instance(self):
        instance = super().get_initial_form_instance() or self.model()
        language = self.request.GET.get("language", "")
        instance.words = self.request.GET.get("words", "").replace("\x00", " ")[:100]
        if language in dict(settings.LANGUAGES):
            instance.language = language
        return instance


class SynonymsViewSet(SnippetViewSet):
    model = SynonymGroup
    icon = "search"
    menu_label = _("Synonyms")
    list_display = ["words", "language"]
    list_filter = ["language"]
    search_fields = ["words"]
    add_view_class = SynonymsCreateView
    copy_view_enabled = False


register_snippet(SynonymsViewSet)


@hooks.register("register_admin_urls")
def register_report_urls():
    return [
        path("reports/sought-in-vain/", missed_queries_view.MissedQueriesView.as_view(), name="home_missed"),
        path("reports/state-of-translations/", TranslationReportView.as_view(), name="home_translations"),
    ]


class TranslationsMenuItem(MenuItem):
    def is_shown(self, request):
        return may_view_translations(request.user)


@hooks.register("register_reports_menu_item")
def register_translations_item():
    return TranslationsMenuItem(
        TranslationReportView.page_title,
        reverse("home_translations"),
        icon_name=TranslationReportView.header_icon,
        order=890,
    )


@hooks.register("construct_reports_menu")
def hide_localize_report(request, menu_items):
    """Hide wagtail-localize's report, which lists every service as untranslated.

    It expects the slug to be among the translated texts. The report of this project shows more, for all pages.
    """
    address = reverse("wagtail_localize:translations_report")
    menu_items[:] = [item for item in menu_items if item.url != address]


@hooks.register("insert_editor_js")
def insert_translation_texts():
    """Insert translations of texts that wagtail-localize has in English only."""
    return format_html(
        '<template id="translating-words" data-heading="{}" data-more="{}"></template>'
        '<script type="module" src="{}"></script>',
        _("Translation: {source} → {target}"),
        _("More actions"),
        static("js/translating.js"),
    )


def report_numbered_slug(request, page):
    """Warn the editor that the slug was taken and has been numbered: see ``slugs.NumberedSlugForm``."""
    typed = request.POST.get("slug", "")
    if (
        typed
        and page.slug != typed
        and page.slug.startswith(typed)
        and "json" not in request.headers.get("Accept", "")
    ):
        messages.warning(request, numbered_words(page.slug))


for when in ("after_create_page", "after_edit_page", "after_publish_page"):
    hooks.register(when, report_numbered_slug)


@hooks.register("insert_editor_js")
def insert_slug_script():
    return format_html('<script type="module" src="{}"></script>', static("js/slugs.js"))


@hooks.register("insert_editor_js")
def insert_paste_warnings():
    """Insert the warnings about pasted tables, comments and internal links, which a rich text does not accept."""
    return format_html(
        '<template id="table-pasted" data-words="{}" data-marks="{}">'
        '<div class="help-block help-warning pasting-said" role="status">'
        '<svg class="icon icon-warning icon" aria-hidden="true"><use href="#icon-warning"></use></svg></div></template>'
        '<script type="module" src="{}"></script>',
        _(
            "A text cannot contain a table, so nothing was pasted. On a page, add the block “Table” "
            "and paste into its cells."
        ),
        _(
            "Comments of your text processor and links within its document were left out. Footnotes stay as text."
        ),
        static("js/pasting.js"),
    )


class MissedQueriesMenuItem(MenuItem):
    def is_shown(self, request):
        return missed_queries_view.may_view_missed_queries(request.user)


@hooks.register("register_reports_menu_item")
def register_missed_queries_item():
    return MissedQueriesMenuItem(_("Sought in vain"), reverse("home_missed"), icon_name="search", order=900)
