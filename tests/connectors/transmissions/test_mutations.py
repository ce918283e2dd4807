"""Moves that are transmitted to the population register as mutations."""

import pytest

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import TeamMember
from eservices.connectors.business_system import Operation
from eservices.connectors.doubles.json_server import DoubleServer
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.connectors.transmissions.models import Transmission
from eservices.register.contrib.demo import DemoRegister
from eservices.register.persons import DeclaredPerson
from tests.factories.accounts import known
from tests.factories.cases import CaseFactory, member
from tests.factories.register import checked_case
from tests.factories.transmissions import ConnectedSystemFactory, send_all, stage
from tests.support.local_servers import serving

pytestmark = pytest.mark.django_db
TOKEN = "a token of the register"
MAPPING = [
    {"target": "mutation", "source": "fixed", "text": "move", "required": True},
    {"target": "day", "type": "date", "source": "case.sent", "required": True},
    {"target": "person", "source": "register.applicant"},
    {"target": "street", "source": "answer", "questions": "adresse", "detail": "street"},
]


@pytest.fixture
def register(settings):
    """Serve a double of the register to which a connected system points."""
    settings.EXCHANGE_INTERNAL_HOSTS = {"127.0.0.1"}
    found = RegisterDouble(TOKEN)
    with serving(DoubleServer(found, "127.0.0.1", 0)) as server:
        configuration = {"url": server.url, "token": TOKEN, "takes": "mutations"}
        found.system = ConnectedSystemFactory(kind="http", configuration=configuration)
        yield found


def authorised():
    """Return an agent who may see protected addresses."""
    agent = member()
    TeamMember.objects.filter(user=agent).update(sees_protected=True)
    return agent


def moving(**fields):
    """Return a case whose applicant is proven and known to the register, after the worker sent what waits."""
    case = checked_case(following=[stage(fields=MAPPING)], user=known(), **fields)
    send_all()
    case.refresh_from_db()
    return case


def test_move_reaches_the_register_with_its_person(register):
    case = moving()
    [mutation] = register.mutations.bodies.values()
    fields = mutation["fields"]
    known = DemoRegister().person(fields["person"])
    assert (known.family_name, fields["mutation"]) == ("Marchetti", "move")
    assert fields["day"] == case.submission.sent_at.date().isoformat()
    assert mutation["operation"] == Operation.NEW


def test_receipt_of_the_register_continues_the_case(register):
    case = moving()
    assert Transmission.objects.get().state == "accepted"
    assert case.data["registre_reference"] == "DOUBLE-00001"
    assert case.stages.get(key="registre").progress == "done"


def test_move_of_a_stranger_is_refused_and_waits(register):
    case = CaseFactory(stages=[stage(fields=MAPPING)], advanced=True)
    send_all()
    sent = Transmission.objects.get()
    assert (sent.state, sent.reasons) == ("refused", [["person", "is not in the register"]])
    assert case.stages.get(key="registre").waiting_for == "agent"


def test_move_with_a_protected_address_stays_here(register):
    case = moving(answers={"prenom": "Nora", "nom": "Kessler", "naissance": "1990-06-21"})
    agent, nora = authorised(), DemoRegister().find(DeclaredPerson("Nora", "Kessler"))[0]
    cases.complete_stage_task(actor=agent, case=case, stage="check", data={"choice": f"person:{nora.key}"})
    process.advance_case(case.pk)
    send_all()
    assert case.stages.get(key="registre").data["held"] == "protected"
    assert not Transmission.objects.exists()

    sending = {"what": "send", "reference": ""}
    cases.complete_stage_task(actor=agent, case=case, stage="registre", data=sending)
    process.advance_case(case.pk)
    send_all()
    [mutation] = register.mutations.bodies.values()
    assert mutation["fields"]["person"] == nora.key


def test_probe_of_the_register_changes_nothing(register):
    register.system.connect().probe()
    assert not register.mutations.bodies


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"mutation": "arrival", "day": "2026-12-01"}, []),
        ({"mutation": "departure", "day": "2026-12-01", "person": "ORV-1"}, []),
        ({"mutation": "departure", "day": "2026-12-01", "person": "nobody"}, ["person"]),
        ({"mutation": "birth", "day": "2026-12-01", "person": "ORV-1"}, ["mutation"]),
        ({"mutation": "move", "day": "tomorrow", "person": 7}, ["day", "person"]),
        ({}, ["mutation", "day", "person"]),
    ],
    ids=["arrival", "departure", "unknown person", "unknown kind", "malformed", "empty"],
)
def test_double_refuses_mutations_without_sense(fields, refused):
    body = {"key": "key-1", "fields": fields}
    _status, receipt = RegisterDouble(TOKEN).reply("POST", ("mutations",), {}, body)
    assert [one["field"] for one in receipt.get("reasons", [])] == refused
    assert receipt["state"] == ("refused" if refused else "accepted")


def test_withdrawal_of_a_mutation_is_accepted():
    body = {"key": "key-1", "fields": {}, "operation": "withdrawal"}
    status, receipt = RegisterDouble(TOKEN).reply("POST", ("mutations",), {}, body)
    assert (status, receipt["state"]) == (200, "accepted")
