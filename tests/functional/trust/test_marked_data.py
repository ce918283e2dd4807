"""Marked data of a resident, searched in logs, metrics, health, addresses and subjects after every main journey."""

import re
from smtplib import SMTPRecipientsRefused
from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.documents.models import Document
from eservices.payments.models import Payment
from home.models import HomePage
from tests.factories.cases import DECISION, TeamFactory, member
from tests.factories.documents import KEY, DocumentTemplateFactory
from tests.factories.home import CommuneSettingsFactory
from tests.factories.newsletter import TopicFactory
from tests.factories.payments import PAYMENT, entry
from tests.factories.submissions import FormVersionFactory, certificate, pdf
from tests.submissions.conftest import Person
from tests.support.installed_logging import installed_logging

pytestmark = pytest.mark.django_db

FAMILY, GIVEN, TEXT = "Zqmarchetti", "Zqelodie", "zqsecret"
EMAIL, PHONE = "zq.marked@courriel.example", "021 555 31 97"
TYPED = {
    "identite": {
        "nom": FAMILY,
        "prenom": GIVEN,
        "naissance-day": "13",
        "naissance-month": "7",
        "naissance-year": "1931",
    },
    "contact": {"courriel": EMAIL, "tel": PHONE},
    "document": {"exemplaires": "2", "remarque": f"{TEXT} {GIVEN}"},
}
# Each spelling of the marks, in small letters without spaces.
MARKS = [
    "zqmarch",
    "zqelod",
    "zqsecr",
    "zq.mark",
    "215553197",
    "1931-07-13",
    "13.07.1931",
    "13.7.1931",
    "13juillet1931",
    "13july1931",
]
TOKEN = "t0ken-of-the-metrics-7"
DOCUMENT = {"key": "attestation", "type": "document", "settings": {"format": 1, "template": KEY}}


class Journeys:
    """A resident and an agent in their browsers. Tasks of workers run as soon as their cause is committed."""

    def __init__(self, commits):
        self.commits, self.resident, self.desk = commits, Client(), Client()
        self.addresses: list[str] = []
        for client in (self.resident, self.desk):
            client.raise_request_exception = False

    def ask(self, client, method: str, path: str, *args, **more):
        with self.commits(execute=True):
            answer = getattr(client, method)(path, *args, **more)
        if answer.has_header("Location"):
            self.addresses.append(answer["Location"])
        return answer

    def get(self, client, path: str, *args, **more):
        return self.ask(client, "get", path, *args, **more)

    def post(self, client, path: str, *args, **more):
        return self.ask(client, "post", path, *args, **more)

    # -- Parts of the journeys -------------------------------------------------------------------------------
    def file(self, version) -> Case:
        """Fill in and send, with mistakes: a wrong address, a wrong date, a step posted too early, a refused file."""
        person = Person(self.resident, version)
        with self.commits(execute=True):
            person.begin()
        self.post(self.resident, person.url("document"), TYPED["document"])
        self.post(self.resident, person.url("identite"), TYPED["identite"] | {"naissance-month": "77"})
        self.post(self.resident, person.url("contact"), {"courriel": f"{EMAIL}@x", "tel": "zq"})
        for step, typed in TYPED.items():
            self.post(self.resident, person.url(step), typed)
        refused = {"piece": pdf(f"{FAMILY}.svg", b"<svg/>")}
        self.post(self.resident, person.url("procuration"), refused)
        self.post(self.resident, person.page("resume_mail"), {"email": EMAIL})
        assert self.post(self.resident, person.page("send"), {"declared": "1"}).status_code == 302
        return Case.objects.get()

    def pay(self, case: Case) -> None:
        page = reverse("payments:pay", args=[case.charges.get().basket.secret])
        self.get(self.resident, page)
        theirs = self.post(self.resident, page, {"provider": "demo"})["Location"]
        back = self.post(self.resident, theirs, {"do": "pay"})["Location"]
        self.get(self.resident, back)
        assert Payment.objects.get().state == "succeeded"

    def decide(self, case: Case) -> None:
        agent = member()
        self.desk.force_login(agent)

        def act(do: str, **data) -> None:
            answer = self.post(self.desk, reverse("cases:do", args=[case.reference, do]), data)
            assert answer.status_code == 302, do

        self.get(self.desk, reverse("cases:queue"), {"q": FAMILY})
        self.get(self.desk, reverse("cases:case", args=[case.reference]))
        act("take")
        act("note", text=f"{TEXT} {PHONE}")
        act("ask", text=f"Est-ce bien {GIVEN} {FAMILY} ?", days="5")
        status = reverse("space:status_answer", args=[case.links.filter(mailed=False).first().secret])
        self.post(self.resident, status, {"text": f"{TEXT}: {EMAIL}", "files": pdf(f"{FAMILY}.pdf")})
        act("accept", identity_check="seen")
        assert Document.objects.get().state == Document.State.ISSUED

    def sign_in(self) -> None:
        self.post(self.resident, reverse("account_login"), {"email": EMAIL})
        self.post(self.resident, reverse("account_confirm_login_code"), {"code": "zq1234"})
        self.post(self.desk, "/admin/login/", {"username": EMAIL, "password": TEXT})

    def wander(self) -> None:
        """Search, ask for addresses that do not exist, subscribe, report, and cause errors."""
        for path in ("/recherche/", "/inconnue/", f"/dossier/{'x' * 22}/"):
            self.get(self.resident, path, {"q": f"{FAMILY} {PHONE}"})
        self.get(self.resident, "/admin/cases/")
        chosen = {"email": EMAIL, "choose": "1", "topics": [str(TopicFactory().translation_key)]}
        own = {"Origin": "http://testserver"}
        asked = self.post(self.resident, reverse("newsletter:subscribe"), chosen, headers=own)
        assert asked.status_code == 302
        self.post(self.resident, "/signaler/", {"detail": f"{TEXT} {PHONE}", "email": EMAIL})
        self.post(self.resident, "/health/", {"name": FAMILY})
        Client(enforce_csrf_checks=True).post("/infolettre/", {"email": EMAIL})

    def fail(self, monkeypatch) -> None:
        """Have views raise exceptions that quote what they were given."""
        for fault in (
            ValueError(f"'{FAMILY}' is no number"),
            RuntimeError(f"Letter to {EMAIL}, +41 21 555 31 97"),
            OSError(28, "No space left on device"),
        ):
            monkeypatch.setattr(HomePage, "serve", lambda *_, fault=fault: (_ for _ in ()).throw(fault))
            self.post(self.resident, "/", {"name": FAMILY})


class RefusingMailServer(EmailBackend):
    """A mail server that refuses all recipients, and names them."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused(dict.fromkeys(messages[0].to, (450, f"{FAMILY} is not here".encode())))


@pytest.fixture
def journeys(home, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks):
    settings.METRICS_TOKEN, settings.VAR_DIR = TOKEN, tmp_path
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    CommuneSettingsFactory()
    entry()
    DocumentTemplateFactory(tells_register=False)
    return Journeys(django_capture_on_commit_callbacks)


@pytest.mark.parametrize("format", ["line", "json"])
def test_no_journey_leaves_personal_data_where_it_is_seen(journeys, settings, monkeypatch, capsys, format):
    TeamFactory()
    version = FormVersionFactory(content=certificate(stages=[PAYMENT, DECISION, DOCUMENT]))
    with installed_logging(format, ours="DEBUG"):
        case = journeys.file(version)
        journeys.pay(case)
        journeys.decide(case)
        journeys.sign_in()
        journeys.wander()
        settings.MAILERS = {"default": {"BACKEND": f"{__name__}.RefusingMailServer"}}
        journeys.sign_in()
        journeys.fail(monkeypatch)
        seen = {
            "metrics": Client().get("/metrics/", headers={"authorization": f"Bearer {TOKEN}"}).text,
            "health": Client().get("/health/").text + Client().get("/health/ready").text,
        }
    seen["log"] = capsys.readouterr().err
    seen["addresses"] = unquote(" ".join(journeys.addresses))
    seen["subjects"] = " ".join(letter.subject for letter in mail.outbox)
    assert_all_was_driven(seen)
    assert {name: found for name, text in seen.items() if (found := marks_in(text))} == {}


def assert_all_was_driven(seen: dict[str, str]) -> None:
    """Check that the places were filled, so that the search means something."""
    assert "commune_deliveries" in seen["metrics"]
    assert '"status"' in seen["health"]
    for words in (
        "Internal Server Error",
        "Outage of the disk began",
        "Delivery",
        "SMTPRecipientsRefused",
        "Not Found",
    ):
        assert words in seen["log"]
    assert "/payer/" in seen["addresses"]
    letters = [letter for letter in mail.outbox if EMAIL in letter.to]
    assert len(letters) >= 5
    assert any(FAMILY in letter.body or GIVEN in letter.body for letter in letters)
    assert Delivery.objects.filter(recipient=EMAIL).exclude(state="done").exists()


def marks_in(text: str) -> list[str]:
    """Return the surroundings of each mark in a text."""
    found = []
    small = re.sub(r"\s", "", text.lower())
    for mark in MARKS:
        found += [
            small[max(0, one.start() - 60) : one.end() + 40] for one in re.finditer(re.escape(mark), small)
        ]
    return found
