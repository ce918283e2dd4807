"""Style of names and prose: first words of docstrings, names of functions, tests and files, subjects of commits."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.source_code import Definition, read_module

ROOT = Path(__file__).resolve().parents[1]
CODE = ("eservices", "home", "mysite", "news", "newsletter")

OPENINGS = set(
    "What Who Whose Whom Whoever Whether How Why Which Of From Where When As That Those It Its Nobody Nothing "
    "Somebody Something Everybody Everything One Inside Once By With For To On In".split()
)
THIRD_PERSON = set(
    "Keeps Writes Asks Takes Answers Tells Makes Says Deletes Lets Gives Puts Finds Reads Sends Shows Returns Raises "
    "Adds Builds Checks Counts Opens Closes Draws Fetches Forgets Goes Joins Leads Looks Marks Notes Sets".split()
)
WORDS = re.compile(
    r"(?:^|_)(told|tell|tells|said|saying|says|carr(?:y|ied|ier|ying)|ball|door|deed|house|whoever|kept|forget|"
    r"ways|foot|elsewhere|thing|things|words_of)(?:_|$)"
)
LONGEST_TEST_NAME = 60
FIRST_COMMIT = "6d0d6108"  # subjects are checked from the commit after this one
LONGEST_SUBJECT = 72
SUBJECT = re.compile(r"[a-z][a-z0-9_./, -]*: [a-z0-9].*[^.]")

# Names with a word of the list, and why they have it.
NAMES = {
    "normalize_house_number": "a number on a house",
    "clean_kept": "Django: clean_<field>, and the field is stored",
    "page_foot": "a template tag",
    "promises_kept": "a figure of the metrics: promises that were kept",
    "networks_are_told_apart": "to tell apart is to distinguish",
    "opens_elsewhere": "a link of a PDF to another document",
}

# Files that are named by Django, Wagtail or this project: docs/architecture.md says what each holds.
CONVENTIONS = set(
    "__init__ apps models views urls forms admin tasks checks signals managers middleware context_processors "
    "validators fields feeds wagtail_hooks blocks panels viewsets signal_handlers admin_urls admin_views webhook_urls "
    "actions access states emails jobs rate_limits personal_data base".split()
)
# Files in which an app implements an extension point.
EXTENSION_FILES = set(
    "stages field_types content_blocks case_extension form_extension site_extension integrations "
    "request_limits newsletter_content spreadsheet_imports extension_points decisions panels pending_actions "
    "proposal_types search".split()
)
# One meaning of each other name that files of several apps have.
MEANINGS = {
    "publication_calendar_entries": "what an app plans, for the publication calendar",
    "answers": "answers of an applicant, as data or text",
    "archive_files": "files of an app in a case's archive package",
    "consent_wording": "the text to which readers consent",
    "case_export": "plain data of an app for exports of a case",
    "case_panel": "a panel of an app on the case page",
    "export": "data of a person or a case, for an export",
    "exceptions": "exceptions that several modules raise",
    "protected_addresses": "cases about people whose address is protected",
    "receipt_context": "the receipt of a submission, as templates show it",
    "retention_blockers": "reasons to keep a case",
    "backend": "a class that Wagtail, or a setting, loads as a backend",
    "backends": "several of them",
    "booking_views": "views of one booking",
    "comparison": "two sets of records, compared",
    "dates": "days as people write and type them",
    "delivery": "how something leaves through the outbox",
    "erasure": "personal data, removed for good",
    "exports": "tables for spreadsheets",
    "file_responses": "answers that are a file",
    "importer": "what reads a file of others into rows",
    "index_queries": "queries of an index page",
    "links": "addresses: as models or as blocks",
    "linter": "findings on something that is not published yet",
    "locking": "the order in which an app locks its rows",
    "lookup": "a value by its key",
    "messages": "texts for people",
    "named_persons": "people that a form names besides the applicant",
    "pdf": "rendering of a PDF",
    "people": "persons: as pages, blocks or questions",
    "permissions": "rights, as Django means them",
    "phone_numbers": "telephone numbers",
    "placeholders": "names in a template that are replaced",
    "postal_delivery": "a paper letter with an enclosure of this app",
    "preview": "something before it is sent or published",
    "progress": "how far a form or a case is",
    "publish_checks": "what prevents or discourages publishing",
    "refunds": "money that is paid back",
    "rendering": "to HTML, text or PDF",
    "results": "what a stage, or a survey, came to",
    "retry_schedule": "when something that failed is tried again",
    "rich_text": "text with marks: parsing and rendering",
    "rules": "a list of rules, as data",
    "sending": "what sends a mailing",
    "settings": "settings that staff edit",
    "structured_data": "schema.org data of a page",
    "text": "plain text: as a question, a block or a rendering",
    "validation": "findings on what was typed",
    "files": "files: as questions, or as the form in which something is imported",
    "choices": "lists of options",
    "charges": "amounts that a case owes",
    "payments": "money that came in",
}
MIRRORED = {  # rooms of one app: the same subject has the same name in each
    "actions", "admin_views", "fields", "field_types", "logic", "models", "stages", "texts", "workflow",
}  # fmt: skip
MOST_MODULES = 15

# Public functions of one word outside views, whose names are those of their addresses, and template tags.
ONE_WORD = {
    "what an object is made of, with ``of`` or its owner in the call": (
        "administrators candidates changes comparisons deciders extensions merged moderators nationalities occurrences "
        "operands sentences"
    ),
    "an action whose module names its object (``refunds.cancel``)": (
        "allocate ask begin cancel clear follow postpone protect publish reissue record rewrite schedule screen submit "
        "unprotect unschedule unsubscribe"
    ),
    "a verb on its only argument": (
        "cancellation connect deposit fill followed harmless labelled minify naming named percent readable "
        "recognisable redrawn shorten strip stripped supplement telephone unreadable unreplaced unscreened "
        "unwrapped write"
    ),
    "loaded by this name: a setting, an address, a command": "SearchBackend file main retry serve skip",
    "views of moderation that other modules list": "consultations device latest",
}


# -- Docstrings and names --------------------------------------------------------------------------------------
def test_code_is_written_plainly():
    faults = {
        path.relative_to(ROOT).as_posix(): module_faults(path) for path in modules(*CODE, "bin", "tests")
    }
    assert {path: found for path, found in faults.items() if found} == {}


def modules(*packages: str) -> list[Path]:
    return [
        path
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.relative_to(ROOT).parts
    ]


def module_faults(path: Path) -> list[str]:
    faults = []
    for definition in read_module(path).definitions:
        faults += docstring_faults(definition)
        if not definition.is_module and definition.name[0] != "_":
            faults += name_faults(definition.name)
    return faults


def docstring_faults(definition: Definition) -> list[str]:
    if not definition.docstring:
        return []
    first, name = definition.docstring.split("\n")[0], definition.name
    word = re.match(r"\w*", first)[0]
    faults = []
    if word in OPENINGS:
        faults.append(f"{name}: the docstring begins with {word!r}")
    if definition.is_function and word in THIRD_PERSON:
        faults.append(f"{name}: {word!r} is not imperative")
    if not first.endswith((".", ":", "?")):
        faults.append(f"{name}: the first line does not end")
    return faults


def name_faults(name: str) -> list[str]:
    if name.startswith("test_"):
        return (
            [f"{name} is longer than {LONGEST_TEST_NAME} characters"] if len(name) > LONGEST_TEST_NAME else []
        )
    found = WORDS.search(name.lower())
    if found and name not in NAMES:
        return [f"{name}: {found[1]!r} is not a word of the glossary"]
    return []


def test_public_functions_have_more_than_one_word():
    """A word alone says nothing where it is imported. Views are named like their addresses."""
    known = {name for names in ONE_WORD.values() for name in names.split()}
    faults = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in modules(*CODE)
        if not re.search(r"views|templatetags|untrusted_files|/demo/", path.relative_to(ROOT).as_posix())
        for node in read_module(path).definitions
        if node.is_function and node.is_outermost and "_" not in node.name and node.name not in known
    ]
    assert faults == []


# -- Files -----------------------------------------------------------------------------------------------------
def sources() -> list[Path]:
    """Return the modules of the apps, without the demo, commands and template tags, which Django names."""
    apart = {"demo", "management", "templatetags", "settings", "formats"}
    return [path for path in modules(*CODE) if not apart & set(path.relative_to(ROOT).parts[:-1])]


def test_no_file_has_the_name_of_a_standard_module():
    names = {path.stem for path in sources()} | {path.parent.name for path in sources()}
    assert names & set(sys.stdlib_module_names) == set()


def test_a_file_name_has_one_meaning():
    """A name that files of several apps have is one of the conventions, or MEANINGS says what it means."""
    places = defaultdict(set)
    for path in sources():
        if path.stem not in CONVENTIONS | EXTENSION_FILES | set(MEANINGS):
            parts = path.relative_to(ROOT).parts
            depth = 2 if parts[0] in {"eservices", "news"} else 1
            places[path.stem].add(parts[:depth] if MIRRORED & set(parts[depth:-1]) else parts[:-1][:depth])
    assert {name: sorted(found) for name, found in places.items() if len(found) > 1} == {}


def test_a_folder_holds_few_modules():
    counts = defaultdict(list)
    for path in sources():
        if path.stem not in CONVENTIONS | EXTENSION_FILES:
            counts[path.parent.relative_to(ROOT).as_posix()].append(path.stem)
    assert {folder: names for folder, names in counts.items() if len(names) > MOST_MODULES} == {}


# -- Commits ---------------------------------------------------------------------------------------------------
def test_commit_subjects_are_plain():
    """The hook ``bin/commit-msg`` holds the same rule."""
    log = ["git", "log", "--no-merges", "--format=%s", f"{FIRST_COMMIT}..HEAD"]
    run = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("no history here")
    subjects = run.stdout.splitlines()
    assert [line for line in subjects if len(line) > LONGEST_SUBJECT] == []
    assert [line for line in subjects if not SUBJECT.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("subject", "accepted"),
    [
        ("cases: delete expired drafts", True),
        ("Merge branch 'ci'", True),
        ("Cases: delete expired drafts", False),
        ("cases: Delete expired drafts", False),
        ("cases: delete expired drafts.", False),
        ("delete expired drafts", False),
        (f"cases: {'delete ' * 10}drafts", False),
    ],
)
def test_commit_hook_checks_the_subject(tmp_path, subject, accepted):
    message = tmp_path / "message"
    message.write_text(f"{subject}\n\nThe reason.\n")
    run = subprocess.run([ROOT / "bin" / "commit-msg", message], capture_output=True, check=False)
    assert (run.returncode == 0) == accepted
