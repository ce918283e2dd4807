"""Page types whose public visibility must be proven, such as official notices.

Neither such a page nor its ancestors can be restricted, it cannot be moved below a restricted page, and it can have no
alias, which would be visible without a record of its own.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.pages import CopyForm
from wagtail.models import Page, get_page_models

from ..admin.errors import AdminActionRefused

CLOSED = _("Only some people may read “%(place)s”. Choose a place where everybody can read %(kind)s.")
NO_ALIAS = _(
    "You cannot make an alias of %(kind)s, because there would be no proof of its posting. "
    "Copy without an alias."
)


class PublicRecord:
    """A page type whose public visibility must be proven."""


def public_record_type_below(page: Page, inclusive: bool = True) -> type[Page] | None:
    """Return the page's type or that of a descendant if it is on record; None without any."""
    below = Page.objects.descendant_of(page, inclusive=inclusive).type(*_kinds())
    first = below.select_related("content_type").first()
    return first and first.specific_class


def placement_error(kind: type[Page] | None, place: Page) -> str:
    """Return why pages of a type cannot be at a place; "" if they can."""
    if kind is None or not place.get_view_restrictions().exists():
        return ""
    return CLOSED % {"place": place.specific_deferred.get_admin_display_title(), "kind": _name(kind)}


def check_move(page: Page, place: Page) -> None:
    """Raise AdminActionRefused if a page cannot be moved to a place."""
    if reason := placement_error(public_record_type_below(page), place):
        raise AdminActionRefused(reason, reverse("wagtailadmin_pages:move", args=[page.pk]))


class PublicRecordCopyForm(CopyForm):
    """Copy form that reports such errors beside their fields."""

    def clean(self):
        cleaned = super().clean()
        kind = self.page.specific_class if self.page.specific_class in _kinds() else None
        if cleaned.get("copy_subpages"):
            kind = kind or public_record_type_below(self.page)
        if reason := placement_error(kind, cleaned.get("new_parent_page") or self.page.get_parent()):
            self.add_error("new_parent_page", reason)
        if kind and cleaned.get("alias"):
            self.add_error("alias", NO_ALIAS % {"kind": _name(kind)})
        return cleaned


def _kinds() -> list[type[Page]]:
    return [model for model in get_page_models() if issubclass(model, PublicRecord)]


def _name(kind: type[Page]) -> str:
    return str(kind._meta.verbose_name_plural)
