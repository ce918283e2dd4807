"""Properties of imports: any definition is accepted without loss or refused with reasons, never with a crash."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from wagtail.models import Locale

from eservices.cases.models import Team
from eservices.catalogue import actions
from eservices.catalogue.definition import importer
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.definition.files import InvalidDefinitionFile, parse_definition, serialize_definition
from eservices.catalogue.models import ServicePage
from eservices.catalogue.translation_updates import run_translation_update
from eservices.formbuilder.linter import DefinitionFault
from tests.catalogue.test_importer import whole
from tests.factories.bookings import resource
from tests.factories.catalogue import make_counter
from tests.factories.formbuilder import make_table
from tests.factories.home import translated
from tests.factories.payments import entry
from tests.factories.strategies import any_json, definitions, places, replaced

pytestmark = pytest.mark.django_db

# Examples go through the database: a failing example is shown as drawn, without a search for the smallest.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": PHASES}
WHOLE = whole()


@pytest.fixture
def counter():
    """Create a counter in French and German with all that a definition may name; only this can be published."""
    resource()
    make_table("rues", "Rue du Lac", "Rue du Four")
    entry("attestation", 1500)
    Team.objects.create(key="habitants", name="Contrôle des habitants")
    Locale.objects.get_or_create(language_code="de")
    index = make_counter()
    translated(index, "de", title="Online-Schalter")
    return index


class Undone(Exception):
    """The writes of an example are rolled back."""


def offer(index, definition, publish=False):
    """Import a definition and return the export of its page, or the reasons of the refusal."""
    try:
        with transaction.atomic():
            page = actions.import_service(actor=None, index=index, definition=definition, publish=publish)
            run_translation_update(page.pk)
            page = ServicePage.objects.get(pk=page.pk)
            found = export_definition(page if publish else page.get_latest_revision_as_object())
            raise Undone
    except Undone:
        return found
    except ValidationError as refusal:
        return refusal.messages


@bounds(**SLOW, max_examples=30)
@given(offered=any_json)
def test_any_json_is_refused_with_reasons(counter, offered):
    refused = importer.import_refusals(offered, counter, publish=False)
    assert refused
    assert all(isinstance(fault, DefinitionFault) and fault.message for fault in refused)


@bounds(**SLOW, max_examples=30)
@given(path=st.sampled_from(list(places(WHOLE))), new=any_json)
def test_service_with_any_change_is_imported_or_refused(counter, path, new):
    offered = replaced(WHOLE, path, new)
    if importer.import_refusals(offered, counter, publish=False):
        assert isinstance(offer(counter, offered), list)
    else:
        assert isinstance(offer(counter, offered), dict)


@bounds(**SLOW, max_examples=12)
@given(definition=definitions(languages=["de"]))
def test_valid_definition_is_unchanged_by_a_draft(counter, definition):
    assert offer(counter, definition) == definition


@bounds(**SLOW, max_examples=12)
@given(definition=definitions(languages=["de"], max_steps=2, max_fields=3))
def test_valid_definition_is_unchanged_by_publication(counter, definition):
    assert offer(counter, definition, publish=True) == definition


@given(definition=definitions())
@bounds(**SLOW, max_examples=30)
def test_definition_is_unchanged_by_writing_and_reading(definition):
    assert parse_definition(serialize_definition(definition).encode()) == definition


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
def test_any_bytes_are_parsed_or_refused(content):
    with override("en"), suppress(InvalidDefinitionFile):
        parse_definition(content)
