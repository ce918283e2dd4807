"""A new supplement while a worker sends another. Only PostgreSQL shows the race."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from eservices.cases.actions import lock_case
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case
from eservices.connectors import actions
from eservices.connectors.document_store_transport import CARRIER
from eservices.deliveries.models import Delivery
from tests.factories.cases import CaseFactory

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def filed() -> Case:
    case = CaseFactory()
    payload = {"case": str(case.pk), "plan": "A/1"}
    Delivery.objects.create(
        carrier=CARRIER, recipient="A/1", title="x", payload=payload, subject=case.subject
    )
    return case


def test_supplement_does_not_wait_for_a_busy_worker():
    case = filed()
    taken, free = Event(), Event()

    def transfer_slowly():
        """Act as the worker: hold the delivery, and then need the case."""
        with transaction.atomic():
            Delivery.objects.select_for_update().get(carrier=CARRIER)
            taken.set()
            free.wait(5)
        connection.close()

    worker = Thread(target=transfer_slowly)
    worker.start()
    assert taken.wait(5)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        queued = actions.file_supplement(actor=SYSTEM, case=lock_case(case.pk))
    free.set()
    worker.join()
    assert queued.payload["supplement"] == 1
    assert Delivery.objects.filter(carrier=CARRIER).count() == 2
