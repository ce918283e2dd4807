"""Access to imports: administrators, and groups with the permission."""

from django.db.models import QuerySet
from django.http import Http404
from wagtail.models import Page

from eservices.accounts.models import User
from home.models import ContentPage, HomePage, SectionPage

from .models import SiteImport

MOST_PARENTS, DEEPEST = 500, 4


def may_import(user: User) -> bool:
    return user.is_active and user.has_perm("mysite_site_import.add_siteimport")


def imports_for(user: User) -> QuerySet[SiteImport]:
    """Return all imports, for staff with the permission. Raise Http404 otherwise."""
    if not may_import(user):
        raise Http404
    return SiteImport.objects.select_related("parent", "created_by")


def import_for(user: User, pk: int) -> SiteImport:
    """Return one import, for staff with the permission. Raise Http404 otherwise."""
    found = imports_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def possible_parents() -> QuerySet[Page]:
    """Return the pages below which an old site may be imported."""
    pages = Page.objects.type(HomePage, SectionPage, ContentPage).filter(depth__gt=1, depth__lte=DEEPEST)
    return pages.select_related("locale").order_by("path")[:MOST_PARENTS]


def may_import_below(user: User, parent: Page, *, publish: bool) -> bool:
    """Return whether the user may create pages below a page, and publish them if so wished."""
    rights = parent.permissions_for_user(user)
    return rights.can_add_subpage() and (not publish or rights.can_publish_subpage())
