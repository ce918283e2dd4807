"""Rows in docs/claims.md for every message and page that claims something, with the code that makes it true."""

import ast
import json
import re
from datetime import date
from pathlib import Path

import pytest

from mysite.demo.markup import read_content

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
TABLE = ROOT / "docs" / "claims.md"
CODE = ("eservices", "home", "news", "newsletter")
# Folders of pages for residents; pages in them that only staff see are left out.
PAGES = (
    "account",
    "bookings",
    "cases/stages",
    "connectors",
    "documents",
    "news/channels",
    "news/directory",
    "news/participation",
    "news/proposals",
)
PAGES += ("news/waste", "newsletter", "payments", "reports", "space", "submissions")
FOR_STAFF = re.compile(
    r"/(desk|admin|schedule|fields|sms/alert|home_panel|case_panel|emails?|revoke|handing)\b|_agent\.html|panel"
)
TEXT = re.compile(
    r'\{%\s*translate\s+"([^"]+)"|_\("([^"]+)"\)|\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*(?:plural|endblocktranslate)',
    re.S,
)
DONE = (
    *("sent", "saved", "kept", "erased", "forgotten", "destroyed", "deleted", "paid", "posted", "accepted"),
    *("refused", "published", "confirmed", "enclosed", "ready", "booked", "reserved", "cancelled", "moved"),
    *("withdrawn", "revoked", "registered", "recorded", "free", "done", "gone", "used", "counted"),
)
# The commune speaks of itself, or something is described as done.
CLAIMS = re.compile(
    rf"\b([Ww]e|us|will)\b|\b(is|are|was|were|has been|have been)( \w+)? ({'|'.join(DONE)})\b"
)
FRAMES = {
    "base.html",
    "base_message.html",
    "base_task.html",
    "base_unlisted.html",
    "mysite/setup_checklist.html",
}
STATUS = ROOT / "eservices" / "space" / "status_page.py"
# Code that sends only to other systems, where nobody reads it.
TO_SYSTEMS = ("eservices.connectors.", "newsletter.backends.mailchimp.members")
STAGES = ("notify", "question", "opinions")  # types of stage that have texts of their own
QUEUES = {"queue_delivery", "queue_email", "queue_paper_letter", "queue_sms"}


def rows() -> dict[str, list[str]]:
    """Return the first column of each table, by its heading."""
    found, heading = {}, ""
    for line in TABLE.read_text().splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
            found[heading] = []
        elif line.startswith("| `"):
            found[heading].append(line.split("|")[1].strip().strip("`"))
    return found


def letters() -> set[str]:
    """Return the keys of all e-mails: each has a template that begins with its subject."""
    return {
        path.relative_to(TEMPLATES).with_suffix("").as_posix()
        for path in TEMPLATES.rglob("*.md")
        if path.read_text().startswith("Subject: ")
    }


def texts_beside() -> set[str]:
    """Return the functions that queue a text message, an agent notification, a channel post or a paper letter."""
    found = set()
    for path in (one for name in CODE for one in (ROOT / name).rglob("*.py")):
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if ".migrations." in module or module.startswith(TO_SYSTEMS):
            continue
        if not re.search(r"queue_(delivery|sms|paper_letter)\(", path.read_text()):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name not in QUEUES:
                calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                found |= {f"{module}:{node.name}"} if any(map(queues_text, calls)) else set()
    return found


def queues_text(call: ast.Call) -> bool:
    """Return whether a call queues a message that is no e-mail: by its own function, or with a ``carrier``."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    carried = name == "queue_delivery" and any(one.arg == "carrier" for one in call.keywords)
    return carried or name in {"queue_sms", "queue_paper_letter"}


def status_sentences() -> set[str]:
    """Return the sentences of the status page, and those by which stages call on the applicant."""
    sources = [STATUS, *(ROOT / "eservices").rglob("*headline.py")]
    trees = [ast.parse(path.read_text()) for path in sources]
    calls = [call for tree in trees for call in ast.walk(tree) if isinstance(call, ast.Call)]
    said = {
        call.args[-1].value
        for call in calls
        if getattr(call.func, "id", "") in {"_", "pgettext"} and isinstance(call.args[-1], ast.Constant)
    }
    stages = [path.read_text() for path in (ROOT / "eservices").rglob("*stages*.py")]
    return said | {one for text in stages for one in re.findall(r'applicant_call = \w+\("([^"]+)"\)', text)}


def pages() -> set[str]:
    """Return the templates for residents that claim something, and those that stages show to them."""
    found = {path.name for path in TEMPLATES.glob("*.html") if path.name not in FRAMES}
    found.add("cases/desk/case/receipt.html")  # printed at the counter, for the applicant
    for path in (one for name in PAGES for one in (TEMPLATES / name).rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        texts = (next(filter(None, groups)) for groups in TEXT.findall(path.read_text()))
        if name.endswith("_applicant.html") or (
            not FOR_STAFF.search(f"/{name}") and any(map(CLAIMS.search, texts))
        ):
            found.add(name)
    return found


def written_by_services() -> set[str]:
    """Return the stages of the demo and the starters with texts of their own, and the demo's letter templates."""
    found = {one.key for one in read_content("fr", "model-letters", date(2026, 1, 1))}
    folders = [ROOT / "mysite/demo/services", ROOT / "eservices/catalogue/starters/services"]
    for path in (one for folder in folders for one in folder.glob("*.json")):
        told = json.loads(path.read_text())
        for stage in told.get("definition", told)["stages"]:
            if stage["type"] in STAGES and not stage["settings"].get("letter"):
                found.add(f"{path.stem}:{stage['key']}")
    return found


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("E-mails", letters),
        ("Texts beside e-mails", texts_beside),
        ("Status of a request", status_sentences),
        ("Pages", pages),
        ("Letters and stages of the demo and the starters", written_by_services),
    ],
    ids=["e-mails", "texts", "status", "pages", "demo"],
)
def test_claims_table_has_one_row_for_each(heading, found):
    written, there = rows()[heading], found()
    assert len(there) > 4
    assert sorted(there - set(written)) == [], "without a row in docs/claims.md"
    assert sorted(set(written) - there) == [], "rows of what is gone"
    assert len(written) == len(set(written))


def test_claims_table_names_code_that_exists():
    missing = []
    for line in TABLE.read_text().splitlines():
        if line.startswith("| `"):
            paths = [one for one in re.findall(r"`([^`]+)`", line.split("|")[3]) if "/" in one]
            missing += [line] if not paths or not all((ROOT / one).exists() for one in paths) else []
    assert not missing
