"""What a new commune begins with: the groups of its staff and what they may do, who approves, and a home page."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from eservices.accounts import roles
from home.models import HomePage

EDITS = ("add_page", "change_page")
PUBLISHES = (*EDITS, "publish_page", "bulk_delete_page", "lock_page", "unlock_page")
ON_PAGES = {roles.EDITORS: EDITS, roles.MODERATORS: PUBLISHES}
WAGTAILS = ("Moderators", "Editors")  # groups of Wagtail's own, with rights on a page that goes


@transaction.atomic
def begin() -> None:
    """Once: where one of the groups is there, the commune has begun, and what it changed since stays as it is."""
    if Group.objects.filter(name__in=roles.ROLES).exists():
        return
    groups = roles.ensure_roles()
    give_rights(groups)
    name_root()
    for task in GroupApprovalTask.objects.filter(groups__name__in=WAGTAILS):
        task.groups.set([groups[roles.MODERATORS]])
    Group.objects.filter(name__in=WAGTAILS, user=None).delete()
    if not HomePage.objects.exists():
        plant_home()


def give_rights(groups: Mapping[str, Group]) -> None:
    """Editors write, moderators publish, in every language; both add and choose pictures and downloads everywhere."""
    root, everywhere = Page.get_first_root_node(), Collection.get_first_root_node()
    for name, rights in ON_PAGES.items():
        for permission in _permissions(["wagtailcore"], rf"^({'|'.join(rights)})$"):
            GroupPagePermission.objects.get_or_create(group=groups[name], page=root, permission=permission)
        for permission in _permissions(
            ["wagtailimages", "wagtaildocs"], r"^(add|change|choose)_(image|document)$"
        ):
            GroupCollectionPermission.objects.get_or_create(
                group=groups[name], collection=everywhere, permission=permission
            )


def name_root() -> None:
    """Where editors choose a page they begin above the home pages, at what Wagtail calls “Root”."""
    with override(settings.LANGUAGE_CODE):
        name = _("All pages")
    Page.objects.filter(depth=1).update(title=name, draft_title=name)


def plant_home() -> None:
    """An empty home page for the first visit, in the place of Wagtail's own welcome page."""
    root = Page.get_first_root_node()
    welcome = list(root.get_children())
    home = HomePage(title=settings.WAGTAIL_SITE_NAME, slug="accueil", locale=Locale.get_default())
    root.add_child(instance=home)
    home.save_revision(log_action=True).publish()
    Site.objects.filter(root_page__in=welcome).update(root_page=home)
    for page in welcome:
        Page.objects.get(pk=page.pk).delete()
    Site.clear_site_root_paths_cache()


def _permissions(apps: list[str], pattern: str):
    return Permission.objects.filter(content_type__app_label__in=apps, codename__regex=pattern)
