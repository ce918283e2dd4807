"""Every write to a form in the making. Each makes one revision of the page, under the lock of the page's row.

They work on the latest draft whoever made it, so that two editors at two places of a form lose nothing.
``Missing``: what it is about was removed meanwhile.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from eservices.formbuilder.definition import content_digest

from .. import access
from ..models import ServiceIndexPage, ServicePage
from . import form_tree, starters
from .form_outline import form_tree_of
from .form_tree import Block, Tree


class FormEditRefused(Exception):
    """The form may not be changed now; says why."""


class StepChangedElsewhere(Exception):
    """Somebody else saved the same step meanwhile. ``digest``: of the step as it is now."""

    def __init__(self, now: str):
        super().__init__(now)
        self.digest = now


# -- One step on its own screen ------------------------------------------------------------------------------
def replace_step(*, actor, page: ServicePage, step: Block, seen: str) -> ServicePage:
    """Puts a step in the place of the one of its id. Raises ``StepChangedElsewhere`` where that is not as ``seen``."""

    def change(tree: Tree) -> Tree:
        now = content_digest(form_tree.find_block(tree, step["id"]).block)
        if now != seen:
            raise StepChangedElsewhere(now)
        return form_tree.replace_step(tree, step)

    return _rewrite(actor, page, change)


def restore_step(*, actor, page: ServicePage, step: Block) -> ServicePage:
    """Puts a step that was removed while somebody worked on it back, at the end.

    Raises ``StepChangedElsewhere`` where somebody else put it back already.
    """

    def change(tree: Tree) -> Tree:
        for standing in tree:
            if standing["id"] == step["id"]:
                raise StepChangedElsewhere(content_digest(standing))
        return form_tree.insert_step(tree, step, len(tree))

    return _rewrite(actor, page, change)


# -- The outline ---------------------------------------------------------------------------------------------
def move_block(*, actor, page: ServicePage, block_id: str, by: int) -> ServicePage:
    """One place up (-1) or down (1) among its own."""
    return _rewrite(actor, page, lambda tree: form_tree.shift_block(tree, block_id, by))


def place_question(*, actor, page: ServicePage, block_id: str, step_id: str, index: int) -> ServicePage:
    """A question to the ``index``-th place of a step."""
    return _rewrite(actor, page, lambda tree: form_tree.place_block(tree, block_id, step_id, index))


def copy_block(*, actor, page: ServicePage, block_id: str) -> tuple[ServicePage, str]:
    """A copy right behind, with keys of its own; answers its id too."""
    made = ""

    def change(tree: Tree) -> Tree:
        nonlocal made
        tree, made = form_tree.copy_block(tree, block_id)
        return tree

    return _rewrite(actor, page, change), made


def remove_block(*, actor, page: ServicePage, block_id: str) -> ServicePage:
    """Removes a step with all its questions, or a question. Conditions that looked at it are faults now."""
    return _rewrite(actor, page, lambda tree: form_tree.remove_block(tree, block_id))


def add_step(*, actor, page: ServicePage, title: str, index: int, block: str = "") -> tuple[ServicePage, str]:
    """A step of one's own, or one that begins with a ready-made block. Answers its id too."""
    value = {"title": title, "intro": "", "key": "", "fields": [], "checks": [], "condition": None}
    step = {"type": "step", "value": value, "id": form_tree.new_id()}

    def change(tree: Tree) -> Tree:
        if block:
            value["fields"] = form_tree.renew_keys(
                starters.block_fields(block, page.locale.language_code), tree
            )
        return form_tree.insert_step(tree, step, index)

    return _rewrite(actor, page, change), step["id"]


def add_question(
    *, actor, page: ServicePage, step_id: str, index: int, kind: str, label: str, required: bool
) -> tuple[ServicePage, str]:
    """A question of a type at the ``index``-th place of a step. The step's screen asks for the rest of it."""
    field = {
        "type": kind,
        "value": {"label": label, "required": required, "key": ""},
        "id": form_tree.new_id(),
    }
    changed = _rewrite(actor, page, lambda tree: form_tree.insert_fields(tree, step_id, [field], index))
    return changed, field["id"]


def insert_block(
    *, actor, page: ServicePage, step_id: str, index: int, block: str
) -> tuple[ServicePage, str]:
    """Copies of the questions of a ready-made block. Answers the id of the first too."""
    made: Tree = []

    def change(tree: Tree) -> Tree:
        made[:] = form_tree.renew_keys(starters.block_fields(block, page.locale.language_code), tree)
        return form_tree.insert_fields(tree, step_id, made, index)

    return _rewrite(actor, page, change), made[0]["id"]


def undo_to_revision(*, actor, page: ServicePage, revision_id: int) -> ServicePage:
    """Takes the form back to what it was before a revision, as long as that is the latest."""

    def change(tree: Tree) -> Tree:
        revision = ServicePage.objects.get(pk=page.pk).latest_revision
        if revision is None or revision.pk != revision_id:
            raise FormEditRefused(_("The form was changed again since: it cannot be undone any more."))
        earlier = (
            ServicePage.objects.get(pk=page.pk).revisions.filter(pk__lt=revision.pk).order_by("-pk").first()
        )
        if earlier is None:
            raise FormEditRefused(_("Nothing stands before this: it cannot be undone."))
        return form_tree_of(earlier.as_object())

    return _rewrite(actor, page, change)


# -- Beginning -----------------------------------------------------------------------------------------------
def apply_starter(*, actor, page: ServicePage, starter: str) -> ServicePage:
    """Lays the form of a starter, its fees and its stages, where a service has no step yet."""
    with transaction.atomic():
        draft = _draft(actor, page)
        if len(draft.form):
            raise FormEditRefused(_("The form has steps already."))
        starters.lay_starter(draft, starter)
        _save(actor, draft)
        starters.store_translations(draft, starter)
        starters.create_document_template(draft, starter, actor)
    return draft


def create_service_from_starter(*, actor, index: ServiceIndexPage, starter: str) -> ServicePage:
    """A new service, not published, that begins with a starter."""
    with transaction.atomic():
        slug = starters.unused_slug(index, starter)
        page = ServicePage(locale=index.locale, slug=slug, live=False, owner=actor)
        starters.lay_starter(page, starter)
        index.add_child(instance=page)
        page.save_revision(user=actor, log_action=True, clean=False)
        starters.store_translations(page, starter)
        starters.create_document_template(page, starter, actor)
    return page


# -- The way all of them go ----------------------------------------------------------------------------------
@transaction.atomic
def _rewrite(actor, page: ServicePage, change: Callable[[Tree], Tree]) -> ServicePage:
    draft = _draft(actor, page)
    draft.form = change(form_tree_of(draft))
    _save(actor, draft)
    return draft


def _draft(actor, page: ServicePage) -> ServicePage:
    """The latest draft, locked until the end of the transaction."""
    Page.objects.select_for_update().get(pk=page.pk)
    draft = ServicePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    if reason := access.edit_obstacle(actor, draft):
        raise FormEditRefused(reason)
    return draft


def _save(actor, draft: ServicePage) -> None:
    """As Wagtail's editor saves: a page that is not live is its draft."""
    if not draft.live:
        draft.save(clean=False)
    draft.save_revision(user=actor, log_action=True, clean=False)
