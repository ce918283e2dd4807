"""The tree of a form as a StreamField stores it: steps, questions, options and rules as plain data. Pure.

Blocks are identified by id. Functions return a new tree and do not change their arguments.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

type Block = dict[str, Any]  # {"type", "value", "id"}
type Tree = list[Block]
type NewId = Callable[[], str]

EXCERPT = 90  # characters of a long title
SCOPES = {"step": "step", "check": "check"}  # scopes of keys; all other blocks are questions


class BlockMissing(LookupError):
    """There is no block with this id: it was removed."""


@dataclass(frozen=True)
class BlockPosition:
    """The position of a block: its siblings, its step, and its group if it is in one."""

    siblings: Tree
    index: int
    step: Block
    group: Block | None = None

    @property
    def block(self) -> Block:
        return self.siblings[self.index]


def new_id() -> str:
    return str(uuid4())


# -- Queries -------------------------------------------------------------------------------------------------
def find_block(tree: Tree, block_id: str) -> BlockPosition:
    """Return the position of a step, question or validation rule. Raise BlockMissing if there is none."""
    for number, step in enumerate(tree):
        if step["id"] == block_id:
            return BlockPosition(tree, number, step)
        for name in ("fields", "checks"):
            for index, block in enumerate(child_blocks(step, name)):
                if block["id"] == block_id:
                    return BlockPosition(child_blocks(step, name), index, step)
                for place, one in enumerate(child_blocks(block, "fields")):
                    if one["id"] == block_id:
                        return BlockPosition(child_blocks(block, "fields"), place, step, block)
    raise BlockMissing(block_id)


def child_blocks(block: Block, name: str = "fields") -> Tree:
    """Return the questions, options or validation rules of a block."""
    return block["value"].get(name) or []


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield steps, questions and validation rules in the order of the form, without options."""
    for block in blocks:
        yield block
        for name in ("fields", "checks"):
            yield from walk_blocks(child_blocks(block, name))


def key_scope(block: Block) -> str:
    """Return the scope in which the block's key must be unique: step, field (question) or check (validation rule)."""
    return SCOPES.get(block["type"], "field")


def keys_in_scope(blocks: Iterable[Block], wanted: str) -> set[str]:
    """Return the keys used in a scope."""
    return {
        block["value"].get("key") or "" for block in walk_blocks(blocks) if key_scope(block) == wanted
    } - {""}


def block_title(block: Block) -> str:
    """Return the block's title for editors: its title, question, message, or the beginning of its text."""
    value = block["value"]
    words = next(filter(None, (value.get(name) for name in ("title", "label", "message", "text"))), "")
    return shorten_title(words)


def shorten_title(text: str) -> str:
    """Return the text on one line, shortened to the length of a title."""
    line = " ".join(str(text).split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"


# -- Changes -------------------------------------------------------------------------------------------------
def shift_block(tree: Tree, block_id: str, by: int) -> Tree:
    """Move a block up (-1) or down (1) among its siblings, if it is not at the end already."""
    tree = deepcopy(tree)
    spot = find_block(tree, block_id)
    target = min(max(spot.index + by, 0), len(spot.siblings) - 1)
    spot.siblings.insert(target, spot.siblings.pop(spot.index))
    return tree


def place_block(tree: Tree, block_id: str, step_id: str, index: int) -> Tree:
    """Move a question or validation rule into a step, at position ``index``."""
    tree = deepcopy(tree)
    spot = find_block(tree, block_id)
    block = spot.siblings.pop(spot.index)
    name = "checks" if key_scope(block) == "check" else "fields"
    find_block(tree, step_id).block["value"].setdefault(name, []).insert(index, block)
    return tree


def remove_block(tree: Tree, block_id: str) -> Tree:
    tree = deepcopy(tree)
    spot = find_block(tree, block_id)
    del spot.siblings[spot.index]
    return tree


def copy_block(tree: Tree, block_id: str, identify: NewId = new_id) -> tuple[Tree, str]:
    """Insert a copy after the block. Return the tree and the id of the copy."""
    tree = deepcopy(tree)
    spot = find_block(tree, block_id)
    [made] = renew_keys([spot.block], tree, identify)
    spot.siblings.insert(spot.index + 1, made)
    return tree, made["id"]


def insert_step(tree: Tree, step: Block, index: int) -> Tree:
    tree = deepcopy(tree)
    tree.insert(index, deepcopy(step))
    return tree


def insert_fields(tree: Tree, step_id: str, fields: Tree, index: int) -> Tree:
    """Insert questions into a step, from position ``index``."""
    tree = deepcopy(tree)
    found = find_block(tree, step_id).block["value"].setdefault("fields", [])
    found[index:index] = deepcopy(fields)
    return tree


def replace_step(tree: Tree, step: Block) -> Tree:
    """Replace the step with the same id. Raise BlockMissing if there is none."""
    tree = deepcopy(tree)
    spot = find_block(tree, step["id"])
    spot.siblings[spot.index] = step
    return tree


# -- Copies --------------------------------------------------------------------------------------------------
def renew_keys(blocks: Tree, tree: Tree, identify: NewId = new_id) -> Tree:
    """Return copies to insert in ``tree``, with new ids and keys that are unused there.

    Conditions and formulas inside the copies that use a copied question use its copy.
    """
    made = deepcopy(blocks)
    taken = {one: keys_in_scope(tree, one) for one in ("step", "field", "check")}
    renamed: dict[str, str] = {}  # only questions, because conditions use no other keys
    for block in walk_blocks(made):
        block["id"] = identify()
        for option in child_blocks(block, "options"):
            option["id"] = identify()
        if not (key := block["value"].get("key")):
            continue
        mine = taken[key_scope(block)]
        block["value"]["key"] = free_key(key, mine)
        mine.add(block["value"]["key"])
        if key_scope(block) == "field":
            renamed[key] = block["value"]["key"]
    for block in walk_blocks(made):
        for one in (block, *child_blocks(block, "options")):
            one["value"]["condition"] = rename_in_condition(one["value"].get("condition"), renamed)
        if formula := block["value"].get("formula"):
            formula["fields"] = [_renamed(path, renamed) for path in formula.get("fields") or []]
    return made


def _renamed(path: str, renamed: dict[str, str]) -> str:
    """Return the path with new keys. “enfants.age” is the question in each row of a group."""
    return ".".join(renamed.get(key, key) for key in path.split("."))


def free_key(key: str, taken: set[str]) -> str:
    """Return the key if it is not taken, else with a number: “nom_2”, “nom_3” and so on."""
    stem = re.sub(r"_\d+$", "", key)[:55]
    number, made = 2, key
    while made in taken:
        made, number = f"{stem}_{number}", number + 1
    return made


def rename_in_condition(condition, renamed: dict[str, str]):
    """Return the condition with the new keys of questions."""
    if isinstance(condition, list):
        return [rename_in_condition(one, renamed) for one in condition]
    if not isinstance(condition, dict):
        return condition
    return {
        name: renamed.get(value, value)
        if name == "field" and isinstance(value, str)
        else rename_in_condition(value, renamed)
        for name, value in condition.items()
    }
