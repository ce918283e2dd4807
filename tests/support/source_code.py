"""The modules of the project, parsed once per process by the tests of its rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """A class, a function or the module itself, with its docstring."""

    name: str
    docstring: str | None
    is_module: bool
    is_function: bool
    is_outermost: bool


@dataclass(frozen=True)
class Module:
    """The parts of a module that rules are about. The whole trees of all modules would take 350 MB."""

    imports: tuple[ast.Import | ast.ImportFrom, ...]  # also those within functions
    definitions: tuple[Definition, ...]


@cache
def read_module(path: Path) -> Module:
    tree = ast.parse(path.read_bytes())
    nodes = list(walk_statements(tree))
    definitions = [node for node in nodes if isinstance(node, ast.Module | ast.ClassDef | Function)]
    outermost = {id(node) for node in tree.body}
    return Module(
        tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)),
        tuple(
            Definition(
                getattr(node, "name", "module"),
                ast.get_docstring(node),
                node is tree,
                isinstance(node, Function),
                id(node) in outermost,
            )
            for node in definitions
        ),
    )


def walk_statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the module and all statements. Expressions are left out, which takes a tenth of the time."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [one for name in BODIES for one in getattr(node, name, ())]
