"""Rules of the project: layers, migrations, dependencies, templates, translations."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import polib
import pytest
import yaml
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.utils import timezone
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from wagtail.admin.icons import get_icons
from wagtail.fields import StreamField

from home.localization.dates import WRITTEN_OUT_PATTERNS
from tests.support.programs import needs
from tests.support.source_code import read_module

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["fr", "de", "it"]  # the texts in the code are English
SOURCES = ["eservices", "home", "mysite", "news", "newsletter", "templates"]


@cache
def layers() -> list[list[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["id"] == "house")
    return [re.split(r" *[|:] *", line) for line in lines]


def test_apps_import_only_from_lower_layers():
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr


def test_every_app_of_the_project_is_in_a_layer():
    ours = {layer_of(config) for config in apps.get_app_configs() if _is_ours(config)}
    assert ours == {name for line in layers() for name in line}


def test_no_foreign_key_points_to_a_higher_layer():
    """import-linter does not see a key that is written as a string."""
    height = {name: -place for place, line in enumerate(layers()) for name in line}
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model
        if _is_ours(model._meta.app_config) and _is_ours(field.related_model._meta.app_config)
        if height[layer_of(field.related_model._meta.app_config)] > height[layer_of(model._meta.app_config)]
    ]
    assert not upward


def layer_of(config) -> str:
    """Return the layer of an app: its own name or that of its parent package, as news for news.participation."""
    names = [name for line in layers() for name in line]
    return next((one for one in names if f"{config.name}.".startswith(f"{one}.")), config.name)


def _is_ours(config) -> bool:
    return config.name.split(".")[0] in {"mysite", "home", "news", "newsletter", "eservices"}


def test_publiccode_yml_is_complete_and_true():
    """Requirements of publiccode.yml 0.4 (https://yml.publiccode.tools/schema.core.html) and facts of the project."""
    said = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    wanted = {
        *("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"),
        *("description", "legal", "maintenance", "localisation"),
    }
    assert wanted <= set(said)
    assert said["publiccodeYmlVersion"] == "0.4"
    assert said["url"].startswith("https://")
    for language, words in said["description"].items():
        assert len(words["shortDescription"]) <= 150, language
        assert 150 <= len(words["longDescription"]) <= 10_000, language
        assert all(len(feature) <= 100 for feature in words["features"]), language
    assert said["maintenance"]["contacts"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text()
    [version, date] = re.search(r"^## ([\d.]+) – (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE).groups()
    assert (said["softwareVersion"], str(said["releaseDate"])) == (version, date)  # of the newest release
    assert said["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert set(said["localisation"]["availableLanguages"]) == {*LANGUAGES, "en"}


def locked(name: str) -> dict[str, Requirement]:
    """Return the libraries of a lock file, each with a version and the hashes of its files."""
    text = (ROOT / name).read_text().replace("\\\n", "")
    pinned = [line.partition(" --hash=") for line in text.splitlines()]
    assert [line for line, _sign, hashes in pinned if not hashes.strip().startswith("sha256:")] == []
    found = {canonicalize_name(one.name): one for one in (Requirement(line) for line, _, _ in pinned)}
    assert [str(one) for one in found.values() if not str(one.specifier).startswith("==")] == []
    return found


def test_locks_contain_every_declared_library():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    running, testing = locked("requirements.txt"), locked("tests/requirements.txt")
    for named, lock in (
        (project["project"]["dependencies"], running),
        (project["dependency-groups"]["dev"], testing),
    ):
        for one in map(Requirement, named):
            [version] = lock[canonicalize_name(one.name)].specifier
            assert one.specifier.contains(version.version, prereleases=True), one
    assert {name: str(one) for name, one in running.items()} == {name: str(testing[name]) for name in running}


def test_production_lock_contains_no_test_tools():
    tools = {"pytest", "playwright", "ruff", "hypothesis", "factory-boy", "uv", "import-linter", "djade"}
    assert tools & set(locked("requirements.txt")) == set()


# Loaded by a name in the settings, by Django's database or cache, by Beautiful Soup, or run as a program, so no import
# shows them.
LOADED_BY_NAME = {"psycopg", "redis", "tzdata", "gunicorn", "django-leaflet", "lxml"}
TOOLS = {
    *("djade", "django-stubs", "import-linter", "mypy", "ruff", "uv"),
    *("pytest-cov", "pytest-randomly", "pytest-xdist"),
    *("flask", "flask-cors"),  # moto serves by them
    *("types-defusedxml", "types-openpyxl", "types-python-dateutil", "types-regex", "types-requests"),
}


def imported(files: Iterable[Path]) -> set[str]:
    """Return the distributions that the files import."""
    modules = set()
    for file in files:
        for node in read_module(file).imports:
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif node.level == 0:
                modules.add(node.module)
    known = packages_distributions()
    return {
        canonicalize_name(name)
        for module in modules
        for name in owners(module, set(known.get(module.partition(".")[0], [])))
    }


def owners(module: str, names: set[str]) -> set[str]:
    """Return which of the distributions that share a package have a module, such as those of opentelemetry."""
    if len(names) < 2:
        return names
    path = module.replace(".", "/")
    return {
        name
        for name in names
        if any(str(file).startswith((f"{path}/", f"{path}.py")) for file in distribution(name).files or ())
    }


def test_libraries_are_declared_if_and_only_if_they_are_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    running, tools = (
        {canonicalize_name(Requirement(one).name) for one in named}
        for named in (project["project"]["dependencies"], project["dependency-groups"]["dev"])
    )
    code = [file for name in (*SOURCES, "bin") for file in (ROOT / name).rglob("*.py")]
    assert imported(code) | LOADED_BY_NAME == running
    assert imported((ROOT / "tests").rglob("*.py")) - running == tools - TOOLS


def test_no_type_checked_module_is_excused():
    """Read the settings only: .ci/run calls mypy itself."""
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    assert [one["module"] for one in overrides if set(one) != {"module", "ignore_missing_imports"}] == []


def test_extension_points_are_type_checked():
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    checked = {path for pattern in patterns for path in ROOT.glob(pattern)}
    found = [path for name in SOURCES for path in (ROOT / name).rglob("extension_points.py")]
    assert [path for path in found if path not in checked] == []


@pytest.mark.django_db
def test_every_model_change_has_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_system_checks_have_no_findings(time_machine):
    # Django reports a default that equals the current time as an error.
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    call_command("check", fail_level="WARNING")


def test_every_block_has_an_icon_that_the_admin_has():
    drawn = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))
    blocks = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, StreamField):
                _gather(field.stream_block, blocks)
    assert len(blocks) > 100
    assert {name: icon for name, icon in blocks.items() if icon not in drawn} == {}


def _gather(block, found: dict[str, str]) -> None:
    found[f"{type(block).__name__} {block.name}"] = block.meta.icon
    children = [*getattr(block, "child_blocks", {}).values(), getattr(block, "child_block", None)]
    for child in filter(None, children):
        _gather(child, found)


def test_every_template_compiles():
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template

    faults = []
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in {".html", ".txt", ".xml"}:
            try:
                get_template(path.relative_to(ROOT / "templates").as_posix())
            except TemplateSyntaxError as fault:
                faults.append(f"{path}: {fault}")
    assert not faults


def test_no_public_template_has_inline_style_or_script():
    """The content policy forbids it, except in the admin. E-mails contain their styles."""
    faults = [
        f"{path.relative_to(ROOT)}: {sign}"
        for path in (ROOT / "templates").rglob("*.html")
        if "email" not in path.as_posix() and "wagtailadmin/" not in path.read_text()
        for sign in (' style="', "<style", "onclick=", "onchange=", "<script>")
        if sign in path.read_text()
    ]
    assert faults == ["templates/base.html: <script>"], "which the policy names by its digest"


def test_date_formats_with_month_names_are_translated():
    """Otherwise: “1 Dezember” for “1. Dezember”. Patterns with a day and a month must be translated ones."""
    written = re.compile(r"""["']([^"'{}<>()]*\bj F\b[^"'{}<>()]*)["']""")
    faults = [
        f"{path.relative_to(ROOT)}:{number}"
        for place in set(SOURCES) - {"mysite"}  # which holds the formats
        for path in (ROOT / place).rglob("*.*")
        if path.suffix in {".html", ".txt", ".py", ".md"}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if set(written.findall(line)) - WRITTEN_OUT_PATTERNS
    ]
    assert not faults


def test_every_text_is_translated(tmp_path, monkeypatch, settings):
    """Texts are collected again from the code and looked up in the project's catalogues."""
    needs("xgettext")
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "mysite" / "locale"]
    said = collected(tmp_path)
    for language in LANGUAGES:
        known = {key(entry) for entry in entries(language) if entry.translated()}
        missing = [entry.msgid for entry in said if key(entry) not in known]
        assert not missing, f"{len(missing)} texts without translation into {language}: {missing[:20]}"


@pytest.mark.parametrize(
    ("language", "word"),
    [("fr", "adresse officielle"), ("de", "Meldeadresse"), ("it", "indirizzo registrato")],
)
def test_registered_mail_has_one_term_in_each_language(language, word):
    said = [one for one in entries(language) if "registered address" in one.msgid]
    assert said
    assert [one.msgstr for one in said if word not in one.msgstr] == []


def key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def catalogue(language: str) -> Path:
    return Path("mysite", "locale", language, "LC_MESSAGES", "django.po")


@cache
def entries(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / catalogue(language)))


def collected(folder: Path) -> polib.POFile:
    """Return the texts that makemessages finds in a copy of the sources, which is the current folder.

    The copy has no catalogues, so that nothing is merged. The places of the texts are left out: to write them,
    makemessages searches all texts once per template.
    """
    for name in SOURCES:
        ignore = shutil.ignore_patterns("__pycache__", "static", "locale", "migrations")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    (folder / "mysite" / "locale").mkdir()
    call_command(
        "makemessages",
        locale=[LANGUAGES[0]],
        extensions=["html", "txt", "py", "md"],
        no_location=True,
        verbosity=0,
    )
    return polib.pofile(str(folder / catalogue(LANGUAGES[0])))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders_of_their_text(language):
    wrong = [
        entry.msgid
        for entry in entries(language)
        if entry.translated() and not entry.obsolete
        for text in entry.msgstr_plural.values() or [entry.msgstr]
        if not placeholders(text) <= placeholders(entry.msgid) | placeholders(entry.msgid_plural)
        or not (entry.msgid_plural or placeholders(entry.msgid) <= placeholders(text))
    ]
    assert not wrong


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text: ``%(name)s`` and ``{name}``."""
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def test_production_refuses_to_start_without_its_secrets():
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "mysite.settings.production"},
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    needed = "SECRET_KEY, ALLOWED_HOSTS, COMMUNE_NAME, COMMUNE_BASE_URL, MAIL_URL, COMMUNE_FROM_EMAIL"
    assert run.stderr.strip() == f"Set the environment variables {needed}."


def test_files_of_cases_are_private_and_outside_served_folders(tmp_path):
    from mysite.settings import base

    options = base.STORAGES["private"]["OPTIONS"]
    private = Path(options["location"])
    storage = FileSystemStorage(**options | {"location": tmp_path / "private"})
    storage.save("case/file.pdf", ContentFile(b"%PDF"))
    assert not [path for path in (tmp_path / "private").rglob("*") if path.stat().st_mode & 0o077]
    assert not (tmp_path / "private").stat().st_mode & 0o077
    for served in (base.MEDIA_ROOT, base.STATIC_ROOT):
        assert not private.is_relative_to(served)


DRAWN = """
import tests.conftest
from hypothesis import given, strategies

@given(strategies.integers())
def draw(number):
    print(number)

draw()
"""


def test_property_tests_use_fixed_examples_in_ci():
    def drawn(**environ) -> list[str]:
        command = [sys.executable, "-c", DRAWN]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    sqlite = {"TEST_DATABASE_URL": ""}
    once = drawn(CI="true", **sqlite)
    assert once == drawn(CI="true", **sqlite)
    assert len(once) >= 100
    assert once != drawn(CI="", **sqlite)
    assert len(drawn(CI="true", TEST_DATABASE_URL="postgres://tried-a-second-time/")) >= 50


# -- E-mail addresses ----------------------------------------------------------------------------------------
def test_every_email_field_normalizes_its_addresses():
    """Django's own field would be compared as typed, or by ``UPPER``."""
    from django.db.models import EmailField

    from eservices.accounts.fields import EmailAddressField

    fields = [
        field
        for model in apps.get_models(include_auto_created=True)
        if _is_ours(model._meta.app_config)
        for field in model._meta.get_fields()
        if isinstance(field, EmailField)
    ]
    assert len(fields) > 20
    assert [str(field) for field in fields if not isinstance(field, EmailAddressField)] == []


# ``UPPER('ı')`` is ``'I'`` on PostgreSQL, and ``"\u212a".lower()`` is ``"k"`` in Python.
FOLDED = {
    "a lookup that compares by UPPER": r"__iexact|[\"']iexact[\"']|__(istartswith|iendswith|iregex)\b",
    "UPPER or LOWER in SQL": r"\b(Upper|Lower)\(|\b(UPPER|LOWER)\(",
    "an address in other letters": r"(?i)\b\w*(email|address|keeper|recipient|username)\w*"
    r"(\([^()]*\)|\[[^]]*\])*(\.strip\(\))?\.(lower|upper|casefold)\(\)",
    "a form's address that is not brought into its normal form": r"forms\.EmailField\(",
}
FOLDING = re.compile(
    r"(?i)iexact|startswith|endswith|iregex|upper|lower|casefold|EmailField"
)  # in all of them
EXCUSED = {
    "eservices/accounts/email_addresses.py": "makes the normal form, and tells why",
    "eservices/accounts/fields.py": "maps iexact onto equality",
    "eservices/cases/actions/tags.py": "tags of cases are no address, and one by LOWER as its constraint is",
    "eservices/cases/models/queue_settings.py": "the constraint of tags",
    "newsletter/backends/mailchimp/api.py": "Mailchimp's own digest of an address, by which it is only asked",
}


def test_addresses_are_not_compared_case_insensitively():
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {what}"
        for place in set(SOURCES) - {"templates"}
        for path in (ROOT / place).rglob("*.py")
        if "migrations" not in path.parts and path.relative_to(ROOT).as_posix() not in EXCUSED
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FOLDING.search(line)
        for what, pattern in FOLDED.items()
        if re.search(pattern, line)
    ]
    assert faults == []
