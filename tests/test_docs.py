"""The documentation: decisions, glossary, diagrams of tables, changelog, links between pages."""

import ast
import re
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from mysite import __version__
from tests.tools import table_diagrams

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
SOURCES = ["eservices", "home", "mysite", "news", "newsletter", "templates", "tests", "docs", "bin", ".ci"]
ENDINGS = {".py", ".md", ".html", ".js", ".css", ".toml", ".typ", ".sh", ""}
REFERENCE = re.compile(r"\bdecisions? (\d+(?:(?:, | and )\d+)*)\b", re.IGNORECASE)
LONGEST_ENTRY = 120


def decision_anchors() -> Counter:
    texts = [page.read_text() for page in (DOCS / "decisions").glob("*.md")]
    return Counter(
        int(number) for text in texts for number in re.findall(r'<a id="d(\d+)"></a>\*\*\1\.\*\*', text)
    )


def test_decision_numbers_are_complete_and_unique():
    anchors = decision_anchors()
    assert sorted(anchors.elements()) == list(range(1, max(anchors) + 1))


def test_decision_index_lists_every_number():
    index = (DOCS / "decisions/index.md").read_text()
    listed = re.findall(r"\((.+\.md)\) \| (.+) \|", index)
    expected = {page.name for page in (DOCS / "decisions").glob("*.md")} - {"index.md"}
    assert {name for name, _numbers in listed} == expected
    for name, numbers in listed:
        text = (DOCS / "decisions" / name).read_text()
        assert re.findall(r'<a id="d(\d+)"', text) == numbers.split(", "), name


@pytest.mark.parametrize("topic", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_decision_topic_has_its_headings(topic):
    if topic.stem != "index":
        assert re.findall("^## (.+)$", topic.read_text(), re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_decision_references_have_an_anchor():
    anchors, missing = decision_anchors(), []
    for path in (path for folder in SOURCES for path in (ROOT / folder).rglob("*")):
        if path.suffix in ENDINGS and path.is_file():
            for match in REFERENCE.finditer(path.read_text(errors="ignore")):
                missing += [f"{path}: {n}" for n in re.findall(r"\d+", match[1]) if int(n) not in anchors]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_to_a_file(page):
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)\s#]+)", without_code(page.read_text()))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_named_in_a_page_exist(page):
    named = re.findall(r"`([\w.-]+/[\w/.-]+\.(?:py|css|js|toml|html|txt|json))`", page.read_text())
    folders = [ROOT, ROOT / "eservices", ROOT / "templates", ROOT / "mysite", ROOT / "mysite/static/js"]
    # Files that the recipes of docs/extending.md create.
    invented = re.compile(r"lockers|friendica|^(eservices/)?api/")
    named = [name for name in named if not invented.search(name)]
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []


# Modules in the recipes of docs/extending.md that state their imports, each below a comment with its path.
MODULE = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RECIPES = [
    (path, code)
    for path, code in MODULE.findall((DOCS / "extending.md").read_text())
    if re.search("^from ", code, re.MULTILINE)
]


@pytest.mark.parametrize(("path", "code"), RECIPES, ids=[path for path, _code in RECIPES])
def test_recipe_uses_names_that_exist(path, code):
    imported, unknown = imported_names(code, path), []
    for kind in (node for node in ast.parse(code).body if isinstance(node, ast.ClassDef)):
        for base in (imported[node.id] for node in kind.bases if isinstance(node, ast.Name)):
            fields = {*dir(base), *base.__annotations__}
            unknown += [f"{base.__name__}.{name}" for name in overridden(kind, base) if name not in fields]
    assert unknown == []
    linter = [Path(sys.executable).with_name("ruff"), "check", "--isolated", "--select", "F", "-"]
    run = subprocess.run(linter, input=code, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def imported_names(code: str, path: str) -> dict:
    """Return what the module at ``path`` imports, by name. Raise if it does not exist."""
    names = {}
    for node in (node for node in ast.parse(code).body if isinstance(node, ast.ImportFrom)):
        package = ".".join(Path(path).parts[: -node.level]) if node.level else ""
        if node.module:  # else of the recipe itself
            module = import_module("." * node.level + node.module, package)
            names |= {one.asname or one.name: getattr(module, one.name) for one in node.names}
    return names


def overridden(kind: ast.ClassDef, base: type) -> list[str]:
    """Return the methods that a class defines, and its attributes unless it is a table."""
    names = [node.name for node in kind.body if isinstance(node, ast.FunctionDef)]
    if not issubclass(base, Model):
        for node in (node for node in kind.body if isinstance(node, ast.Assign)):
            names += [
                one.id
                for one in ast.walk(node)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            ]
    return names


def test_changelog_entries_are_one_short_line():
    lines = (ROOT / "CHANGELOG.md").read_text().split("## ", 1)[1].splitlines()[1:]
    wrong = [line for line in lines if line and not line.startswith(("- ", "#", "The first version."))]
    assert wrong == []
    assert [line for line in lines if len(line) > LONGEST_ENTRY] == []


def test_changelog_has_version_of_project():
    newest = re.search(r"^## (\S+) – ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest[1] == __version__


# -- Glossary and apps -------------------------------------------------------------------------------------------

CLASS = re.compile(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`")
ELSEWHERE = {"HttpRequest", "None", "ValidationError"}  # of Django and Python


def glossary_classes() -> set[str]:
    return set(CLASS.findall((DOCS / "glossary.md").read_text()))


def test_glossary_names_every_table_of_the_counter():
    configs = [config for config in apps.get_app_configs() if config.name.startswith("eservices.")]
    tables = {model.__name__ for config in configs for model in config.get_models()}
    assert sorted(tables - glossary_classes()) == [], "without a term in docs/glossary.md"


def test_glossary_names_classes_that_exist():
    code = "\n".join(path.read_text() for folder in SOURCES[:5] for path in (ROOT / folder).rglob("*.py"))
    classes = set(re.findall(r"^\s*class (\w+)", code, re.MULTILINE))
    assert sorted(glossary_classes() - classes - ELSEWHERE) == []


@pytest.mark.parametrize("config", table_diagrams.documented_apps(), ids=lambda config: config.label)
def test_app_page_is_up_to_date(config):
    page = table_diagrams.FOLDER / f"{config.label}.md"
    assert page.read_text() == table_diagrams.app_page(config), "python -m tests.tools.table_diagrams"
    if table_diagrams.config_models(config):
        mark = table_diagrams.source_mark(table_diagrams.dot_source(config))
        assert table_diagrams.diagram_mark(page.with_suffix(".svg")) == mark, (
            "python -m tests.tools.table_diagrams"
        )


def test_index_of_apps_is_up_to_date():
    assert (table_diagrams.FOLDER / "index.md").read_text() == table_diagrams.index_page()


@pytest.mark.parametrize("name", re.findall("automodule:: (.+)", (DOCS / "seams.md").read_text()))
def test_documented_module_exists(name):
    import_module(name)


# -- Site --------------------------------------------------------------------------------------------------------


def test_every_page_is_in_the_navigation():
    """Sphinx warns of it too, but only in CI."""
    listed = set()
    for page in DOCS.rglob("*.md"):
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            names = [line.split("<")[-1].rstrip(">") for line in tree.splitlines() if line and line[0] != ":"]
            listed |= {(page.parent / name).relative_to(DOCS).as_posix() for name in names}
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")} - {"index"}
    assert sorted(page for page in pages if not any(fnmatch(page, pattern) for pattern in listed)) == []


# -- Security ----------------------------------------------------------------------------------------------------

# Sections of each chapter of OWASP ASVS 5.0.
ASVS = {
    1: 5,
    2: 4,
    3: 7,
    4: 4,
    5: 4,
    6: 8,
    7: 6,
    8: 4,
    9: 2,
    10: 7,
    11: 7,
    12: 3,
    13: 4,
    14: 3,
    15: 4,
    16: 5,
    17: 3,
}


def security_rows() -> dict[str, list[str]]:
    """Return the cells of each section in docs/security.md."""
    rows = re.findall(r"^\| (\d+\.\d+) \| (.+) \|$", (DOCS / "security.md").read_text(), re.MULTILINE)
    return {number: cells.split(" | ") for number, cells in rows}


def test_security_page_has_every_section_of_the_standard():
    wanted = [f"{chapter}.{section}" for chapter, most in ASVS.items() for section in range(1, most + 1)]
    assert list(security_rows()) == wanted
    assert {number for number, cells in security_rows().items() if len(cells) != 3} == set()


def test_security_page_names_paths_that_exist():
    named = re.findall(
        r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|conf\.py))`", (DOCS / "security.md").read_text()
    )
    assert len(named) > 100
    assert sorted({path for path in named if not (ROOT / path).exists()}) == []


def test_security_page_proves_or_names_a_gap():
    """A section that says where it is met says how we know, unless it is about a document."""
    bare = {
        number
        for number, (_asked, where, known) in security_rows().items()
        if known == "–"
        and "`docs/" not in where
        and not re.search(r"there (is|are) no|we are no|level 3", where)
    }
    assert bare == set()
