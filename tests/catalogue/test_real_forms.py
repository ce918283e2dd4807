"""Seven forms that communes really run, in our words: they come in, go out and are filled in."""

import json
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from wagtail.models import Locale

from eservices.cases.models import Case, Team
from eservices.catalogue import actions
from eservices.catalogue.compile import export
from eservices.catalogue.linting import lint
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.linter import ERROR
from tests.factories.bookings import resource
from tests.factories.catalogue import make_counter
from tests.factories.formbuilder import content, question, step
from tests.factories.forms import every_question
from tests.factories.home import translated
from tests.factories.walking import Walker

pytestmark = pytest.mark.django_db

FILES = sorted((Path(settings.BASE_DIR) / "tests/formbuilder/real_forms").glob("*.json"))
FORMS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def published(definition: dict) -> ServicePage:
    """The service under the counter of its language, with its translations."""
    for key in ("habitants", "police", "batiments"):
        Team.objects.get_or_create(key=key, defaults={"name": key})
    Locale.objects.get_or_create(language_code="de")
    french = make_counter()
    german = translated(french, "de", title="Online-Schalter")
    index = german if definition["language"] == "de" else french
    page = actions.import_service(actor=None, index=index, definition=definition)
    actions.update_translations(page.pk)
    return ServicePage.objects.get(pk=page.pk)


def test_there_are_seven():
    assert len(FORMS) == 7


@pytest.mark.parametrize("name", FORMS)
def test_a_real_form_is_sound_and_comes_out_as_it_went_in(name):
    page = published(FORMS[name])
    assert [str(fault) for fault in lint(FORMS[name]) if fault.level == ERROR] == []
    assert export(page) == FORMS[name]
    assert page.online_form.current.content["steps"] == FORMS[name]["steps"]


@pytest.mark.parametrize("name", FORMS)
def test_a_real_form_is_filled_in_and_sent_whatever_way_leads_through_it(name, client):
    page = published(FORMS[name])
    version = page.online_form.current
    for chance in range(4):
        walker = Walker(client, version, Random(f"{name} {chance}"))
        sent = walker.walk()
        asked = [field for one in version.definition.steps if one.key in walker.steps for field in one.fields]
        assert {field.key for field in asked if field.required and not field.condition} <= set(sent.answers)
        assert set(sent.answers) <= {field.key for field in asked}
        assert Case.objects.filter(submission=sent).exists()


def test_a_form_of_every_type_is_filled_in_and_sent(client):
    resource("salle")
    page = published(content(step("tout", question("s0", "yes_no"), *every_question()), slug="tout"))
    for chance in range(3):
        assert Walker(client, page.online_form.current, Random(chance)).walk().answers
