"""Undocumented parts of Wagtail, wagtail-localize, allauth and Django that this project uses, found in its code.

``python -m tests.seams.inventory`` stores their signatures, and the digests of the templates that ours replace, as
they are in the installed versions: after an update that was checked, and after a new seam.
"""

import ast
import hashlib
import inspect
from collections import defaultdict
from importlib import import_module
from pathlib import Path

from tests.support.source_code import read_module

ROOT = Path(__file__).resolve().parents[2]
SIGNATURES, TEMPLATES = (Path(__file__).with_name(name) for name in ("signatures.txt", "templates.txt"))
PACKAGES = ("eservices", "home", "mysite", "news", "newsletter")
UPSTREAM = (
    "allauth",
    "django",
    "django_tasks_db",
    "modelcluster",
    "modelsearch",
    "taggit",
    "treebeard",
    "wagtail",
)
UPSTREAM += ("wagtail_localize",)
# Modules that the documentation of their project describes or imports from. All below a name with ** count.
DOCUMENTED = """
django django.apps django.conf django.conf.urls.** django.contrib.** django.core django.core.cache django.core.checks
django.core.exceptions django.core.files.** django.core.mail.** django.core.management django.core.management.base
django.core.paginator django.core.serializers.** django.core.signals
django.core.signing django.core.validators django.core.wsgi django.db
django.db.migrations django.db.models django.db.models.expressions django.db.models.fields.json
django.db.models.functions django.db.models.lookups django.db.models.signals django.db.utils django.dispatch
django.forms.** django.http.** django.middleware.** django.shortcuts django.tasks django.tasks.signals
django.template.**
django.templatetags.**
django.test.** django.urls.** django.utils.** django.views.**
wagtail wagtail.admin.action_menu wagtail.admin.admin_url_finder wagtail.admin.filters wagtail.admin.forms.**
wagtail.admin.menu wagtail.admin.panels wagtail.admin.rich_text wagtail.admin.telepath wagtail.admin.ui.components
wagtail.admin.ui.tables wagtail.admin.views.reports wagtail.admin.viewsets.** wagtail.admin.widgets
wagtail.admin.widgets.button wagtail.admin wagtail.blocks wagtail.blocks.struct_block wagtail.contrib.forms.**
wagtail.contrib.redirects wagtail.contrib.redirects.models wagtail.contrib.routable_page.** wagtail.contrib.settings.**
wagtail.documents.** wagtail.fields wagtail.images.** wagtail.log_actions wagtail.models wagtail.permission_policies
wagtail.permissions wagtail.rich_text wagtail.search.** wagtail.signal_handlers wagtail.signals wagtail.snippets.**
wagtail.templatetags.** wagtail.url_routing wagtail.users.apps wagtail.users.forms wagtail.users.models
wagtail.users.views.users wagtail.users.views
wagtail_localize wagtail_localize.fields wagtail_localize.machine_translators.base wagtail_localize.models
allauth allauth.account allauth.account.adapter allauth.account.forms allauth.account.models allauth.account.signals
allauth.account.views allauth.mfa allauth.mfa.adapter allauth.mfa.models allauth.mfa.signals allauth.socialaccount.**
allauth.usersessions.**
django_tasks_db modelcluster.** taggit.** treebeard.**
"""
_EXACT = {one for one in DOCUMENTED.split() if not one.endswith(".**")}
_BELOW = tuple(one.removesuffix(".**") for one in DOCUMENTED.split() if one.endswith(".**"))


def is_documented(module: str) -> bool:
    return module in _EXACT or any(module == one or module.startswith(f"{one}.") for one in _BELOW)


def undocumented_names() -> dict[str, set[str]]:
    """Return the undocumented names that our code imports, with the files that do."""
    found = defaultdict(set)
    for path in _files():
        for node in read_module(path).imports:
            for module, name in _imported(node):
                full = f"{module}.{name}" if name else module
                if name.startswith("_") or not (is_documented(module) or is_documented(full)):
                    found[full].add(path.relative_to(ROOT).as_posix())
    return dict(found)


def _imported(node: ast.AST):
    if isinstance(node, ast.Import):
        pairs = [(alias.name, "") for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        pairs = [(node.module, alias.name) for alias in node.names]
    else:
        pairs = []
    return [pair for pair in pairs if pair[0].partition(".")[0] in UPSTREAM]


def patches() -> set[str]:
    """Return the attributes of imported upstream classes and modules that our code sets: ``Class.attribute``."""
    found = set()
    for path in _files():
        names = {
            (alias.asname or alias.name)
            for node in read_module(path).imports
            for alias in node.names
            if any(_imported(node))
        }
        for node in ast.walk(ast.parse(path.read_bytes())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found |= {
                f"{target.value.id}.{target.attr}"
                for target in targets
                if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
                if target.value.id in names
            }
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
                owner = ast.unparse(node.args[0])
                found |= {f"{owner}.*"} if owner in names else set()
    return found


def _files() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not {"migrations", "demo"} & set(path.relative_to(ROOT).parts)
    ]


def signature_of(name: str) -> str:
    """Return how a name is called; for a class also its public methods from upstream, which ours may use."""
    try:
        found = import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        found = getattr(import_module(module), attribute)
    if inspect.ismodule(found):
        return "module"
    if not inspect.isclass(found):
        return _parameters(found) if callable(found) else type(found).__name__
    theirs = [one for one in found.__mro__ if one.__module__.partition(".")[0] in UPSTREAM]
    methods = {
        name
        for one in theirs
        for name, value in vars(one).items()
        if not name.startswith("_") and inspect.isfunction(inspect.unwrap(getattr(value, "__func__", value)))
    }
    return " ".join(["class", _parameters(found), *sorted(methods)])


def _parameters(found) -> str:
    """Return the parameters without annotations, whose text depends on the version of Python."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return "(?)"
    words = [f"{one}".partition(":")[0].partition("=")[0].strip() for one in parameters]
    optional = [one.default is not one.empty for one in parameters]
    return f"({', '.join(f'{word}=…' if more else word for word, more in zip(words, optional, strict=True))})"


def replaced_templates() -> dict[str, str]:
    """Return the digest of each upstream template that one of ours replaces or extends."""
    from django.apps import apps

    ours = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*")}
    found = {}
    for config in apps.get_app_configs():
        if ROOT not in Path(config.path).parents or ".venv" in config.path:
            folder = Path(config.path) / "templates"
            for name in ours:
                if (folder / name).is_file():
                    found[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:16]
    return dict(sorted(found.items()))


def stored(path: Path) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in path.read_text().splitlines())


def main() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.test")
    django.setup()
    for path, entries in (
        (SIGNATURES, {name: signature_of(name) for name in sorted(undocumented_names())}),
        (TEMPLATES, replaced_templates()),
    ):
        path.write_text("".join(f"{name} {value}\n" for name, value in entries.items()))


if __name__ == "__main__":
    main()
