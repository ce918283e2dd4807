"""All writes to the draft of a form. Each creates one revision of the page, under a lock of the page's row.

They change the latest draft, whoever saved it, so that two editors in different parts of a form lose nothing. They
raise BlockMissing if the block was removed since.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.formbuilder.definition import content_digest
from home.exceptions import ActionRefused

from .. import access
from ..models import ServiceIndexPage, ServicePage
from . import form_tree, starters
from .form_outline import form_tree_of
from .form_tree import Block, Tree


class FormEditRefused(ActionRefused):
    """The form may not be changed now. The message gives the reason."""


class StepChangedElsewhere(Exception):
    """Another editor saved the same step since it was opened. ``digest``: of the step as it is now."""

    def __init__(self, now: str) -> None:
        super().__init__(now)
        self.digest = now


# -- Steps ---------------------------------------------------------------------------------------------------
def replace_step(*, actor: User, page: ServicePage, step: Block, seen: str) -> ServicePage:
    """Replace the step with the same id. Raise StepChangedElsewhere if its digest is not ``seen``."""

    def change(tree: Tree) -> Tree:
        now = content_digest(form_tree.find_block(tree, step["id"]).block)
        if now != seen:
            raise StepChangedElsewhere(now)
        return form_tree.replace_step(tree, step)

    return _rewrite(actor, page, change)


def restore_step(*, actor: User, page: ServicePage, step: Block) -> ServicePage:
    """Append a step that was removed while it was being edited.

    Raise StepChangedElsewhere if another editor restored it already.
    """

    def change(tree: Tree) -> Tree:
        for standing in tree:
            if standing["id"] == step["id"]:
                raise StepChangedElsewhere(content_digest(standing))
        return form_tree.insert_step(tree, step, len(tree))

    return _rewrite(actor, page, change)


# -- The outline ---------------------------------------------------------------------------------------------
def move_block(*, actor: User, page: ServicePage, block_id: str, by: int) -> ServicePage:
    """Move a block up (-1) or down (1) among its siblings."""
    return _rewrite(actor, page, lambda tree: form_tree.shift_block(tree, block_id, by))


def place_question(*, actor: User, page: ServicePage, block_id: str, step_id: str, index: int) -> ServicePage:
    """Move a question to position ``index`` of a step."""
    return _rewrite(actor, page, lambda tree: form_tree.place_block(tree, block_id, step_id, index))


def copy_block(*, actor: User, page: ServicePage, block_id: str) -> tuple[ServicePage, str]:
    """Insert a copy after the block, with new keys. Return the draft and the copy's id."""
    made = ""

    def change(tree: Tree) -> Tree:
        nonlocal made
        tree, made = form_tree.copy_block(tree, block_id)
        return tree

    return _rewrite(actor, page, change), made


def remove_block(*, actor: User, page: ServicePage, block_id: str) -> ServicePage:
    """Remove a step with its questions, or a question. Conditions that use them become problems."""
    return _rewrite(actor, page, lambda tree: form_tree.remove_block(tree, block_id))


def add_step(
    *, actor: User, page: ServicePage, title: str, index: int, block: str = ""
) -> tuple[ServicePage, str]:
    """Add a step, empty or with the questions of a ready-made block. Return the draft and the step's id."""
    value: Block = {"title": title, "intro": "", "key": "", "fields": [], "checks": [], "condition": None}
    step: Block = {"type": "step", "value": value, "id": form_tree.new_id()}

    def change(tree: Tree) -> Tree:
        if block:
            value["fields"] = form_tree.renew_keys(
                starters.block_fields(block, page.locale.language_code), tree
            )
        return form_tree.insert_step(tree, step, index)

    return _rewrite(actor, page, change), step["id"]


def add_question(
    *, actor: User, page: ServicePage, step_id: str, index: int, kind: str, label: str, required: bool
) -> tuple[ServicePage, str]:
    """Add a question at position ``index`` of a step. Its details are edited later. Return the draft and its id."""
    field: Block = {
        "type": kind,
        "value": {"label": label, "required": required, "key": ""},
        "id": form_tree.new_id(),
    }
    changed = _rewrite(actor, page, lambda tree: form_tree.insert_fields(tree, step_id, [field], index))
    return changed, field["id"]


def insert_block(
    *, actor: User, page: ServicePage, step_id: str, index: int, block: str
) -> tuple[ServicePage, str]:
    """Add copies of a ready-made block's questions. Return the draft and the id of the first."""
    made: Tree = []

    def change(tree: Tree) -> Tree:
        made[:] = form_tree.renew_keys(starters.block_fields(block, page.locale.language_code), tree)
        return form_tree.insert_fields(tree, step_id, made, index)

    return _rewrite(actor, page, change), made[0]["id"]


def undo_to_revision(*, actor: User, page: ServicePage, revision_id: int) -> ServicePage:
    """Restore the form from before a revision. Raise FormEditRefused if that is not the latest any more."""

    def change(tree: Tree) -> Tree:
        revision = ServicePage.objects.get(pk=page.pk).latest_revision
        if revision is None or revision.pk != revision_id:
            raise FormEditRefused(_("The form was changed again afterwards. You can no longer undo this."))
        earlier = (
            ServicePage.objects.get(pk=page.pk).revisions.filter(pk__lt=revision.pk).order_by("-pk").first()
        )
        if earlier is None:
            raise FormEditRefused(_("You cannot undo this because there is no earlier state."))
        return form_tree_of(earlier.as_object())

    return _rewrite(actor, page, change)


# -- Starters ------------------------------------------------------------------------------------------------
def apply_starter(*, actor: User, page: ServicePage, starter: str) -> ServicePage:
    """Fill in the form, fees and stages of a starter. Raise FormEditRefused if the form has steps already."""
    with transaction.atomic():
        draft = _draft(actor, page)
        if len(draft.form):
            raise FormEditRefused(_("The form has steps already."))
        starters.lay_starter(draft, starter)
        _save(actor, draft)
        starters.store_translations(draft, starter)
        starters.create_document_template(draft, starter, actor)
    return draft


def create_service_from_starter(*, actor: User, index: ServiceIndexPage, starter: str) -> ServicePage:
    """Create an unpublished service from a starter."""
    with transaction.atomic():
        slug = starters.unused_slug(index, starter)
        page = ServicePage(locale=index.locale, slug=slug, live=False, owner=actor)
        starters.lay_starter(page, starter)
        index.add_child(instance=page)
        page.save_revision(user=actor, log_action=True, clean=False)
        starters.store_translations(page, starter)
        starters.create_document_template(page, starter, actor)
    return page


# -- Shared code ---------------------------------------------------------------------------------------------
@transaction.atomic
def _rewrite(actor: User, page: ServicePage, change: Callable[[Tree], Tree]) -> ServicePage:
    draft = _draft(actor, page)
    draft.form = change(form_tree_of(draft))  # type: ignore[assignment]  # Wagtail has no types
    _save(actor, draft)
    return draft


def _draft(actor: User, page: ServicePage) -> ServicePage:
    """Return the latest draft, locked until the end of the transaction. Raise FormEditRefused if it is not editable."""
    Page.objects.select_for_update().get(pk=page.pk)
    draft: ServicePage = ServicePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    if reason := access.edit_obstacle(actor, draft):
        raise FormEditRefused(reason)
    return draft


def _save(actor: User, draft: ServicePage) -> None:
    """Save like Wagtail's editor: a page that is not live is itself updated."""
    if not draft.live:
        draft.save(clean=False)
    draft.save_revision(user=actor, log_action=True, clean=False)
