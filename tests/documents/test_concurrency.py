"""Concurrent requests for places of a zone and numbers of documents. Meaningful on PostgreSQL only."""

import pytest
from django.db import connection
from django.utils import timezone

from eservices.cases import process
from eservices.cases.actors import Applicant
from eservices.documents.actions import permits
from eservices.documents.models import Document, Permit, Renewal, Zone
from tests.cases.test_concurrency import at_once
from tests.factories.documents import KEY, DocumentTemplateFactory, waiting_case

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
QUOTA = {"key": "place", "type": "quota", "settings": {"template": KEY, "plate": "prenom", "zone": "nom"}}
PERMIT = {"key": "permis", "type": "permit", "settings": {"template": KEY}}
ISSUE = {"key": "doc", "type": "document", "settings": {"template": KEY}}


def asked(number: int, stages: list) -> list:
    """Create ``number`` cases that no worker has processed yet."""
    return [
        waiting_case(answers={"prenom": f"VD {one}", "nom": "a"}, stages=stages, advanced=False)
        for one in range(number)
    ]


def advanced_at_once(cases) -> None:
    at_once(*(lambda case=case: process.advance_case(case.pk) for case in cases))


@pytest.mark.parametrize("places", [1, 3])
def test_concurrent_requests_get_no_more_places_than_the_zone(places):
    DocumentTemplateFactory(tells_register=False)
    zone = Zone.objects.create(kind=KEY, value="a", name="Zone A", places=places)
    cases = asked(6, [QUOTA, PERMIT])

    advanced_at_once(cases)

    assert Permit.objects.filter(granted_at__isnull=False).count() == places
    assert Permit.objects.count() == 6
    assert zone.free(timezone.localdate()) == 0
    assert Document.objects.count() == places
    waits = [case.stages.get(key="place").progress for case in cases]
    assert sorted(waits) == ["active"] * (6 - places) + ["done"] * places


def test_concurrent_documents_are_numbered_without_a_gap():
    DocumentTemplateFactory(tells_register=False)
    cases = asked(6, [ISSUE])

    advanced_at_once(cases)

    year = timezone.localdate().year
    numbers = sorted(Document.objects.values_list("number", flat=True))
    assert numbers == [f"AD-{year}-{number:05}" for number in range(1, 7)]


def test_concurrent_workers_draw_one_number_for_a_case():
    DocumentTemplateFactory(tells_register=False)
    [case] = asked(1, [ISSUE])

    advanced_at_once([case] * 4)

    assert case.documents.get().number.endswith("-00001")


def test_concurrent_renewals_begin_once():
    DocumentTemplateFactory(tells_register=False)
    Zone.objects.create(kind=KEY, value="a", name="Zone A", places=1)
    [case] = asked(1, [QUOTA, PERMIT | {"settings": PERMIT["settings"] | {"months": 1}}])
    process.advance_case(case.pk)
    [permit] = Permit.objects.all()
    press = lambda: permits.renew_permit(actor=Applicant(), permit=Permit.objects.get(pk=permit.pk)).pk  # noqa: E731
    assert len(set(at_once(press, press, press))) == 1
    assert Renewal.objects.count() == 1
