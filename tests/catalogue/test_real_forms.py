"""Seven forms that communes use, in our words: imported, exported and filled in."""

import csv
import json
from datetime import date
from html import escape, unescape
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.models import Locale

from eservices.cases.models import Case, Role, Team
from eservices.catalogue import actions
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.definition.linter import lint_service
from eservices.catalogue.models import ServiceIndexPage, ServicePage
from eservices.catalogue.translation_updates import run_translation_update
from eservices.formbuilder.field_types import answer_text, field_types
from eservices.formbuilder.linter import ERROR
from eservices.formbuilder.logic.conditions import condition_holds
from eservices.register.actions import refresh_record
from eservices.submissions.models import Draft, Submission
from tests.factories.accounts import known
from tests.factories.bookings import resource
from tests.factories.cases import member
from tests.factories.catalogue import make_counter
from tests.factories.formbuilder import content, make_table, question, step
from tests.factories.home import translated
from tests.factories.large_forms import every_question, large_form
from tests.factories.random_answers import Thorough, Walker

pytestmark = pytest.mark.django_db

FILES = sorted((Path(settings.BASE_DIR) / "tests/formbuilder/real_forms").glob("*.json"))
FORMS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


@pytest.fixture(scope="module")
def counters(module_db) -> dict[str, ServiceIndexPage]:
    """Create the online counters of both languages, once for all forms."""
    for key in ("habitants", "police", "batiments"):
        Team.objects.create(key=key, name=key)
    Locale.objects.get_or_create(language_code="de")
    french = make_counter()
    return {"fr": french, "de": translated(french, "de", title="Online-Schalter")}


def published(definition: dict, counters: dict[str, ServiceIndexPage]) -> ServicePage:
    """Import and publish the service below the counter of its language, with its translations."""
    index = ServiceIndexPage.objects.get(pk=counters[definition["language"]].pk)
    page = actions.import_service(actor=None, index=index, definition=definition)
    run_translation_update(page.pk)
    return page


@pytest.fixture(scope="module")
def published_forms(counters) -> dict[str, int]:
    """Publish the seven forms, and return the keys of their pages."""
    return {name: published(definition, counters).pk for name, definition in FORMS.items()}


@pytest.fixture
def page(name, published_forms, db) -> ServicePage:
    return ServicePage.objects.get(pk=published_forms[name])


def test_there_are_seven_real_forms():
    assert len(FORMS) == 7


@pytest.mark.parametrize("name", FORMS)
def test_real_form_is_valid_and_exported_as_imported(name, page):
    assert [str(fault) for fault in lint_service(FORMS[name]) if fault.level == ERROR] == []
    assert export_definition(page) == FORMS[name]
    assert page.online_form.current.content["steps"] == FORMS[name]["steps"]


@pytest.mark.parametrize("name", FORMS)
def test_real_form_can_be_filled_in_and_sent_by_any_path(name, page, client):
    version = page.online_form.current
    for chance in range(3):
        walker = Walker(client, version, Random(f"{name} {chance}"))
        sent = walker.walk()
        asked = [field for one in version.definition.steps if one.key in walker.steps for field in one.fields]
        assert {field.key for field in asked if field.required and not field.condition} <= set(sent.answers)
        assert set(sent.answers) <= {field.key for field in asked}
        assert Case.objects.filter(submission=sent).exists()


class Resident(Walker):
    """A signed-in applicant that records the prefilled answers of each step and checks the note beside each."""

    def __init__(self, *args):
        super().__init__(*args)
        self.found: dict[str, tuple] = {}

    def _step(self, url):
        shown = self.client.get(url)
        form = shown.context["form"]
        for key, notes in form.remarks.items():
            assert escape(notes[0]) in shown.text
            self.found[key] = form.own[key]
        return shown.context["step"]


@pytest.mark.parametrize("name", FORMS)
def test_real_form_is_prefilled_from_the_account_and_register(name, page, client):
    user = known("Élodie", "Marchetti", date(1988, 4, 17), phone="+41791234567")
    refresh_record(user.register_entry.pk)
    client.force_login(user)
    walker = Resident(client, page.online_form.current, Random(f"{name} signed in"))
    walker.walk()

    passed = [one for one in page.online_form.current.definition.steps if one.key in walker.steps]
    asked = [field for step in passed for field in step.fields]
    said = {
        "email": user.email,
        "phone": user.phone,
        "register_given_name": "Élodie Anne",
        "register_family_name": "Marchetti",
        "register_birth_date": "1988-04-17",
        "register_address": {"street": "Rue du Lac", "number": "12", "postcode": "1199", "town": "Orvenay"},
    }
    named = {field.key: said[field.prefill] for field in asked if field.prefill in said}
    assert len(named) >= (1 if name == "be-location-de-salles" else 4)
    assert {key: walker.found.get(key) for key in named} == named
    assert not [field.key for field in asked if field.autocomplete == "off" and field.key in walker.found]


def test_form_of_every_type_can_be_filled_in_and_sent(counters, client):
    resource("salle")
    definition = content(step("tout", question("s0", "yes_no"), *every_question()), slug="tout")
    page = ServicePage.objects.get(pk=published(definition, counters).pk)
    for chance in range(3):
        sent = Walker(client, page.online_form.current, Random(chance)).walk()
        assert sent.answers
        assert_an_agent_reads(sent)


def assert_an_agent_reads(sent: Submission) -> None:
    """Check that the case page shows the answers as their types render them and that the export contains them."""
    desk, definition = Client(), sent.version.definition
    desk.force_login(member(team=sent.case.team, role=Role.LEAD))
    page = desk.get(reverse("cases:case", args=[sent.case.reference]))
    assert page.status_code == 200
    said = " ".join(unescape(strip_tags(page.text)).split())
    listed = desk.get(reverse("cases:export", args=["csv"]), {"view": "all", "service": sent.version.form_id})
    header, *rows = csv.reader(StringIO(b"".join(listed).decode("utf-8-sig")), delimiter=";")
    row = next(one for one in rows if one[0] == sent.case.reference)
    assert len(row) == len(header)
    for key, answer in sent.answers.items():
        field = definition.fields[key]
        for line in answer_text(field, answer, definition, "fr").splitlines():
            assert " ".join(line.split()) in said, key
        for cell in field_types[field.type].export_value(answer, field, definition, "fr").values():
            if isinstance(cell, str):
                assert cell in row or f"'{cell}" in row, key


def test_largest_form_is_published_and_sent_in_few_queries(counters, client):
    """Count queries: 400 questions of every type, 25 steps, 210 conditions.

    No step may need more queries than the second step does.
    """
    resource("salle")
    make_table("rues", *(f"Rue {number}" for number in range(60)))
    index, queries = ServiceIndexPage.objects.get(pk=counters["fr"].pk), {}

    def counted(what: str, work):
        with CaptureQueriesContext(connection) as seen:
            found = work()
        queries.setdefault(what, []).append(len(seen))
        return found

    large = large_form(400, table="rues")
    page = counted("import", lambda: actions.import_service(actor=None, index=index, definition=large))
    form = page.online_form
    definition = form.current.definition
    assert (len(definition.steps), len(definition.fields)) == (25, 400)
    walker, url = Thorough(client, form.current, Random(400)), reverse("submissions:start", args=[form.slug])
    for number, one in enumerate(definition.steps):
        if number in (1, 3, 22, 24) and "booking" not in {asked.type for asked in one.fields}:
            assert counted("show", lambda url=url: client.get(url)).status_code == 200
        typed, files = walker.typed(one), walker.chosen(one)
        what = "save with files" if files else "save"
        url = counted(what, lambda url=url, typed=typed | files: client.post(url, typed)).url
    assert counted("show", lambda: client.get(url)).status_code == 200
    draft = Draft.objects.get()
    assert {definition.fields[key].type for key, answer in draft.answers.items() if answer is not None} == {
        kind.key for kind in field_types if kind.asks and kind.key != "booking"
    }

    changed, follows = definition.step("etape_4"), definition.step("etape_5")
    url = reverse("submissions:step", args=[draft.secret, changed.key])
    offered = {
        one.key: "a" for one in changed.fields if one.options
    }  # the last options are not offered any more
    assert client.post(url, walker.typed(changed) | offered | {"s4": "false"}).status_code == 302
    send = reverse("submissions:send", args=[draft.secret])
    assert counted("send", lambda: client.post(send, {"declared": "1"})).status_code == 302

    sent, kept = Submission.objects.get(), Draft.objects.get().answers
    given = {key for key, answer in kept.items() if answer is not None}
    now, today = kept | {"s4": False}, timezone.localdate()
    asleep = given & {one.key for one in changed.fields if not condition_holds(one.condition, now, today)}
    passed = given & {one.key for one in follows.fields}
    assert len(asleep) >= 3
    assert len(passed) >= 10
    assert set(sent.answers) == given - asleep - passed
    due = {f"taxe_{number}" for number in range(25)}
    assert {line["key"] for line in sent.fees} == due - {"taxe_4", "taxe_5"}
    # Rows are written in batches; a fee reads the fee schedule.
    assert queries["import"][0] <= 270, queries
    assert max(queries["show"][1:]) <= 6, queries
    assert max(queries["save"]) <= 7, queries
    assert queries["send"][0] <= 29, queries
