"""Erasure, proven: marked data goes in by the public doors, and afterwards is in no table, index or file."""

import re
from urllib.parse import quote

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import audit_log
from eservices.cases.models import Case, CaseEvent
from eservices.deliveries.models import Delivery
from eservices.documents.models import Document
from eservices.payments.models import JournalRow, Payment
from eservices.submissions.models import Draft
from home.models import FormField, HomePage
from home.web.form_timing import sign_opening_time
from newsletter.models import Subscriber
from tests.factories.cases import DECISION, TeamFactory
from tests.factories.documents import DocumentTemplateFactory
from tests.factories.home import CommuneSettingsFactory, ContactPageFactory, published
from tests.factories.news import EventIndexPageFactory
from tests.factories.newsletter import TopicFactory
from tests.factories.participation import ConsultationIndexPageFactory, ConsultationPageFactory
from tests.factories.payments import PAYMENT, entry
from tests.factories.submissions import FormVersionFactory, certificate
from tests.functional.trust.test_marked_data import (
    DOCUMENT,
    EMAIL,
    FAMILY,
    GIVEN,
    PHONE,
    TEXT,
    TYPED,
    Journeys,
)
from tests.submissions.conftest import Person
from tests.support.personal_data_scan import places_with, private_files

pytestmark = pytest.mark.django_db
MARKS = ["zqmarch", "zqelod", "zqsecr", "zq.mark", "215553197", "1931-07-13"]
HERE = {"headers": {"sec-fetch-site": "same-origin"}}
# Rows that stay, without anything of the person, and why.
KEPT = {
    Case: "reference, dates and outcome are the metrics",
    CaseEvent: "the hashes of the audit log prove what was done",
    Delivery: "that something was sent, and when",
    Document: "the number and the hash, by which anybody verifies a paper",
    JournalRow: "the law on accounting",
    Payment: "the law on accounting",
}


class ErasureJourneys(Journeys):
    """The same, of a resident who has an account, and the resident's other doors."""

    def follow_mailed_link(self, pattern: str) -> None:
        """Press the button behind the newest link of this kind in an e-mail to the resident."""
        texts = [letter.body for letter in mail.outbox if EMAIL in letter.to]
        text = next(one for one in reversed(texts) if re.search(pattern, one))
        path = re.search(rf"http://[^/\s]+(/\S*{pattern}\S*)", text)[1]
        assert self.post(self.resident, path).status_code in (200, 302), path

    def enter(self) -> User:
        """Sign in by a code, and complete the profile."""
        assert self.post(self.resident, reverse("account_login"), {"email": EMAIL}).status_code == 302
        code = "".join(re.search(r"^(\d{3}) (\d{3})$", mail.outbox[-1].body, re.M).groups())
        assert (
            self.post(self.resident, reverse("account_confirm_login_code"), {"code": code}).status_code == 302
        )
        profile = {"first_name": GIVEN, "last_name": FAMILY, "phone": PHONE, "language": "fr"}
        assert self.post(self.resident, reverse("space:profile"), profile).status_code == 302
        return User.objects.get(email=EMAIL)

    def leave_draft(self, version) -> None:
        """Begin another request and leave it."""
        person = Person(self.resident, version)
        with self.commits(execute=True):
            person.begin()
        self.post(self.resident, person.url("identite"), TYPED["identite"])
        assert Draft.objects.filter(submission=None).exists()

    def rate(self, case: Case) -> None:
        address = reverse("space:case_rating", args=[case.reference])
        assert (
            self.post(self.resident, address, {"rating": "1", "text": f"{TEXT} {FAMILY}"}).status_code == 302
        )

    def subscribe(self) -> None:
        chosen = {"email": EMAIL, "choose": "1", "topics": [str(TopicFactory().translation_key)]}
        assert self.post(self.resident, reverse("newsletter:subscribe"), chosen, **HERE).status_code == 302
        self.follow_mailed_link("/confirmer/")
        assert Subscriber.objects.get().state == "confirmed"

    def contribute(self, box) -> None:
        form = self.get(self.resident, reverse("participation:contribute", args=[box.pk])).context["form"]
        typed = {"title": TEXT, "text": f"{TEXT} {GIVEN}", "shown_as": "full", "name": f"{GIVEN} {FAMILY}"}
        typed |= {"email": EMAIL, "opened": opened(), "website": ""}
        assert form is not None
        address = reverse("participation:contribute", args=[box.pk])
        assert self.post(self.resident, address, typed, **HERE).status_code == 302

    def propose(self) -> None:
        typed = {
            "title": f"Bal {FAMILY}",
            "lead": TEXT,
            "day": "2027-02-06",
            "starts": "19:30",
            "ends": "23:00",
        }
        typed |= {"repeats": "", "until": "", "place": "Salle", "organiser": f"{GIVEN} {FAMILY}", "host": ""}
        typed |= {"text": TEXT, "sender": EMAIL, "opened": opened(), "website": ""}
        assert self.post(self.resident, reverse("news:event_propose"), typed).status_code == 302
        self.follow_mailed_link("propositions/")

    def write(self, page) -> None:
        typed = {"courriel": EMAIL, "message": f"{TEXT} {PHONE}", "opened": opened(), "website": ""}
        assert self.post(self.resident, page.url, typed).status_code == 302

    def search(self) -> None:
        self.get(self.resident, f"/recherche/?q={quote(FAMILY)}")

    def erase_everything(self) -> None:
        page = reverse("space:erase")
        plan = self.get(self.resident, page).context["plan"]
        assert plan.staying == [], [one.why for one in plan.staying]
        assert plan.account
        data = {"cases": [one.case.reference for one in plan.erasable], "account": "on", "drafts": "on"}
        data["others"] = [one.key for one in plan.others]
        assert self.post(self.resident, page, data).status_code == 200


def opened() -> str:
    """Return the signed opening time of a page that was opened a minute ago."""
    with time_machine.travel(timezone.now() - timezone.timedelta(minutes=1)):
        return sign_opening_time()


@pytest.fixture
def journeys(home, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks):
    CommuneSettingsFactory(email="commune@orvenay.example")
    entry()
    DocumentTemplateFactory(tells_register=False)
    TeamFactory()
    return ErasureJourneys(django_capture_on_commit_callbacks)


def test_erasure_leaves_no_mark_in_any_table_index_or_file(journeys, home: HomePage):
    box = published(ConsultationPageFactory(parent=ConsultationIndexPageFactory(parent=home)))
    EventIndexPageFactory(parent=home)
    contact = published(ContactPageFactory(parent=home))
    for number, (label, kind) in enumerate((("Courriel", "email"), ("Message", "multiline"))):
        FormField.objects.create(
            page=contact, sort_order=number, label=label, field_type=kind, clean_name=label.lower()
        )
    retention = {"months": 24, "disposition": "eliminate", "on_request": True}
    content = certificate(stages=[PAYMENT, DECISION, DOCUMENT])
    content["settings"] = content["settings"] | {"retention": retention}
    version = FormVersionFactory(content=content)

    files = private_files()
    user = journeys.enter()
    case = journeys.file(version)
    journeys.pay(case)
    journeys.decide(case)
    journeys.rate(case)
    journeys.leave_draft(version)
    journeys.subscribe()
    journeys.contribute(box)
    journeys.propose()
    journeys.write(contact)
    journeys.search()
    before = places_with(MARKS)
    for place in ("eservices_submissions_submission.answers", "eservices_deliveries_delivery.payload"):
        assert place in before
    assert len(before) > 30
    assert len(private_files() - files) == 2  # the uploaded file and the document

    journeys.erase_everything()
    call_command("clearsessions")

    assert places_with(MARKS) == {}
    assert [kept.__name__ for kept in KEPT if not kept.objects.exists()] == []
    assert private_files() - files == set()
    user.refresh_from_db()
    assert not user.is_active
    assert list(audit_log.audit_errors()) == []
    assert Case.objects.get().reference == case.reference
    assert Client().get(reverse("space:case", args=[case.reference])).status_code == 302
