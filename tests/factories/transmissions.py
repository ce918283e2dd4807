"""Factories of connected systems, and a double of one."""

import factory

from eservices.cases import process
from eservices.connectors.business_system import Receipt, ReceiptState, SystemUnreachable, business_systems
from eservices.connectors.transmissions.models import ConnectedSystem, Transmission
from eservices.deliveries.attempts import attempt_delivery
from tests.factories.cases import CaseFactory

MAPPING = [
    {
        "target": "nom",
        "source": "answer",
        "questions": "nom",
        "required": True,
        "max_length": 20,
        "upper": True,
    },
    {"target": "dossier", "source": "case.reference"},
]


class SystemDouble:
    """A system that keeps what it gets, and answers with what a test puts into ``answers``."""

    def __init__(self):
        self.got, self.answers, self.waiting = [], [], []
        self.done, self.aside, self.is_down = [], [], False

    def __call__(self, configuration):
        return self

    def send(self, records):
        if self.is_down:
            raise SystemUnreachable("down")
        self.got += records
        return [self.answer(record, *self.answers.pop(0)) for record in records if self.answers]

    @staticmethod
    def answer(record, state, **more):
        return Receipt(key=record.key, state=ReceiptState(state), **more)

    def receipts(self):
        yield from [(receipt, str(place)) for place, receipt in enumerate(self.waiting)]

    def acknowledge(self, token):
        self.done.append(token)

    def set_aside(self, token, reason):
        self.aside.append(reason)

    def probe(self):
        if self.is_down:
            raise SystemUnreachable("down")

    def close(self):
        pass


class ConnectedSystemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ConnectedSystem
        django_get_or_create = ("key",)

    name = "Registre des chiens"
    key = "chiens"
    kind = "double"


def stage(**settings) -> dict:
    """Return a stage that transmits to the system of the factory."""
    given = {"format": 1, "system": "chiens", "fields": MAPPING, "lists": [], **settings}
    return {"key": "registre", "type": "transmission", "settings": given}


def transmitted_case(*, after=(), **settings):
    """Return a case that was put into the outbox for the system of the factory."""
    ConnectedSystemFactory()
    return CaseFactory(stages=[stage(**settings), *after], advanced=True)


def send_all() -> None:
    """Attempt all transmissions that wait in the outbox, in order, and let their cases go on."""
    for one in Transmission.objects.order_by("created_at", "number").filter(state="waiting"):
        if one.delivery_id:
            attempt_delivery(one.delivery_id)
        process.advance_case(one.case_id)


def register_double(monkeypatch) -> SystemDouble:
    """Offer a double as the kind of connection ``double``."""
    double = SystemDouble()
    business_systems.items()  # all are discovered before one more is added
    monkeypatch.setitem(business_systems._offers, "double", double)
    return double
