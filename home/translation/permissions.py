"""Permissions on translations: wagtail-localize checks the model, this module the object or page."""

from functools import wraps

from django.contrib.admin.utils import unquote
from django.http import Http404
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import get_snippet_model_from_url_params
from wagtail_localize.models import Translation, TranslationSource

from ..web.shortcuts import get_or_404


def of_own_texts(view):
    """Answer 404 from wagtail-localize's views if the user may not change the translated object."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if _namespace(request) == "wagtail_localize" and request.user.is_authenticated:
            row = _translated_object(request.resolver_match.url_name, kwargs)
            if row is not None and not _may_change(request.user, row):
                raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _namespace(request) -> str:
    return request.resolver_match.namespace if request.resolver_match else ""


def _translated_object(name: str, url_arguments: dict):
    """Return the object that an address of wagtail-localize translates, by its arguments; None if it has none."""
    if "translation_id" in url_arguments:
        return get_or_404(Translation, pk=url_arguments["translation_id"]).source.get_source_instance()
    if "translation_source_id" in url_arguments:
        return get_or_404(TranslationSource, pk=url_arguments["translation_source_id"]).get_source_instance()
    if name == "submit_snippet_translation":
        model = get_snippet_model_from_url_params(url_arguments["app_label"], url_arguments["model_name"])
        return get_or_404(model, pk=unquote(url_arguments["pk"]))
    if "page_id" in url_arguments:
        return get_or_404(Page, pk=url_arguments["page_id"])
    return None


def _may_change(user, row) -> bool:
    if isinstance(row, Page):
        return row.permissions_for_user(user).can_edit()
    return policy_registry.get_by_type(type(row)).user_has_permission_for_instance(user, "change", row)
