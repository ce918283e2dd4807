"""Access to imports: administrators, and groups with the permission."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from wagtail.models import Page

from eservices.accounts.models import User
from home.models import ContentPage, HomePage, SectionPage

from .models import ImportItem, SiteImport
from .planning import pages_above

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


def may_import_below(user: User, parent: Page, kinds: Iterable[str], *, publish: bool) -> bool:
    """Return whether the user may create pages of these kinds where they go, and publish them if so wished."""
    rights = [page.permissions_for_user(user) for page in pages_above(parent, kinds)]
    return all(one.can_add_subpage() and (not publish or one.can_publish_subpage()) for one in rights)


def may_start(user: User, site_import: SiteImport) -> bool:
    """Return whether the user may create all pages that the trial run found."""
    planned = site_import.items.filter(outcome__in=[ImportItem.Outcome.CREATED, ImportItem.Outcome.UPDATED])
    kinds = set(planned.order_by().values_list("kind", flat=True).distinct())
    return may_import_below(user, site_import.parent.specific, kinds, publish=site_import.publish)
