"""The counter: forms filled in for applicants, receipts on paper, and join codes for accounts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions
from eservices.cases.models import JoinCode, Role
from eservices.deliveries.models import Delivery
from eservices.submissions.actions import submit
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION, CallBackFactory, CaseFactory, TeamFactory, member
from tests.factories.home import CommuneSettingsFactory
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate

pytestmark = pytest.mark.django_db
COUNTER = "/admin/cases/counter/"


def test_counter_draft_is_resumed_only_by_its_agent(client):
    version, agent, colleague = FormVersionFactory(), member(), member()
    draft = DraftFactory(version=version, agent=agent, channel="counter", steps=["qui", "identite"])
    client.force_login(colleague)
    assert draft.secret not in client.get(COUNTER).text
    assert client.get(reverse("submissions:resume", args=[draft.secret])).status_code == 404
    client.force_login(agent)
    page = client.get(COUNTER).text
    assert draft.secret in page
    assert "Élodie Marchetti" in page
    resumed = client.get(reverse("submissions:resume", args=[draft.secret]))
    assert resumed.url == reverse("submissions:step", args=[draft.secret, "contact"])
    later = client.get(reverse("submissions:later", args=[draft.secret])).text
    assert "La demande se trouve au guichet" in later
    assert "M’envoyer le lien" not in later  # nobody else could open it


def test_counter_service_search_ignores_accents(client):
    FormVersionFactory()
    client.force_login(member())
    assert "/demande/attestation/" in client.get(COUNTER, {"service": "DOMICILE attest"}).text
    assert "/demande/attestation/" not in client.get(COUNTER, {"service": "piscine"}).text


def test_counter_lists_callbacks_of_team(client):
    CallBackFactory(case=CaseFactory())
    client.force_login(member(Role.TREAT))
    assert "demain matin" in client.get(COUNTER).text


def test_receipt_shows_status_link_in_case_language(client):
    case = CaseFactory(language="de", email="")
    client.force_login(member(Role.READ))
    page = client.get(reverse("cases:receipt", args=[case.reference])).text
    assert case.links.get(mailed=False).secret in page
    assert '<article class="receipt t4" lang="de">' in page
    assert "Ihr Gesuch" in page
    assert "<svg" in page


def test_paper_receipt_lists_fees_if_any(client):
    client.force_login(member(Role.READ))
    priced, free = CaseFactory(), CaseFactory()
    line = {"key": "a", "label": "Attestation", "amount": 1500, "quantity": "2", "total": 3000}
    type(priced.submission).objects.filter(pk=priced.submission.pk).update(fees=[line])
    type(free.submission).objects.filter(pk=free.submission.pk).update(fees=[])
    paper = client.get(reverse("cases:receipt", args=[priced.reference])).text
    table = re.search(r'<table class="sum">.*?</table>', paper, re.S)[0]
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in re.findall("<tr.*?</tr>", table, re.S)]
    assert rows == ["Attestation ×&nbsp;2 CHF 30.–", "Total CHF 30.–"]
    assert "CHF" not in client.get(reverse("cases:receipt", args=[free.reference])).text


@time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False)
def test_receipt_names_next_stages_and_promised_date(client):
    stages = [DECISION, {"key": "notify", "type": "notify", "settings": {"format": 1}}]
    content = certificate(stages=stages)
    steps = ["Contrôle par nos soins", "Envoi de l’attestation"]
    content["texts"]["fr"] |= dict(zip(("stage.decision", "stage.notify"), steps, strict=True))
    team = TeamFactory()
    draft = DraftFactory(complete=True, version=FormVersionFactory(content=content))
    case = submit(actor=None, draft=draft).case
    page = client.get(reverse("submissions:sent", args=[draft.secret])).text
    letter = Delivery.objects.for_subject(case.subject).get().payload
    client.force_login(member(Role.READ, team))
    paper = client.get(reverse("cases:receipt", args=[case.reference])).text
    for said, title, day in (
        (page, "Et maintenant", "vendredi 27 novembre"),
        (letter["text"], "La suite", "vendredi 27 novembre"),
        (letter["html"], "La suite", "vendredi 27 novembre"),
        (paper, "La suite", "27.11.2026"),
    ):
        assert day in said
        _before, after = said.split(title, 1)
        assert after.index(steps[0]) < after.index(steps[1])


def test_counter_confirmation_links_receipt_and_lists_missing(
    client,
):
    agent = member(Role.TREAT)
    draft = DraftFactory(complete=True, agent=agent, channel="counter")
    draft.answers |= {"pour": "autre", "lien": "Sa fille"}
    draft.completed += ["procuration"]
    draft.save()
    case = submit(actor=agent, draft=draft).case
    client.force_login(agent)
    page = client.get(reverse("submissions:sent", args=[draft.secret])).text
    for name, args in (("receipt", [case.reference]), ("case", [case.reference]), ("counter", [])):
        assert reverse(f"cases:{name}", args=args) in page
    for shown in (page, client.get(reverse("cases:receipt", args=[case.reference])).text):
        assert "La procuration" in shown.split("À apporter ou à envoyer")[1]


def test_counter_agent_prints_receipt_of_other_team_same_day(client):
    TeamFactory()
    clerk, stranger = (member(Role.TREAT, TeamFactory(key="police")) for _ in range(2))
    draft = DraftFactory(complete=True, agent=clerk, channel="counter")
    case = submit(actor=clerk, draft=draft).case
    paper, screen = (reverse(f"cases:{name}", args=[case.reference]) for name in ("receipt", "case"))
    client.force_login(clerk)
    page = client.get(reverse("submissions:sent", args=[draft.secret])).text
    assert paper in page
    assert f'href="{screen}"' not in page
    printed = client.get(paper)
    assert case.reference in printed.text
    assert f'href="{screen}"' not in printed.text
    assert case.events.filter(kind="case_read", actor_id=str(clerk.pk)).exists()
    client.force_login(stranger)
    assert client.get(paper).status_code == 404
    client.force_login(clerk)
    for change in (
        {"protected": True},
        {"protected": False, "opened_at": timezone.now() - timedelta(hours=10)},
    ):
        type(case).objects.update(**change)
        assert client.get(paper).status_code == 404


def test_counter_form_omits_texts_for_residents(client):
    agent = member(Role.TREAT)
    CommuneSettingsFactory(phone="021 000 42 10")
    client.force_login(agent)
    own = client.get(reverse("submissions:review", args=[DraftFactory(complete=True).secret])).text
    draft = DraftFactory(complete=True, agent=agent, channel="counter")
    page = client.get(reverse("submissions:review", args=[draft.secret])).text
    for words in (
        "Envoyer ma demande",
        "Une personne vous aide",
        "un lien privé qui montre où en est votre demande",
    ):
        assert words in own
        assert words not in page
    assert "Envoyer la demande" in page


@pytest.fixture
def code():
    """A case without an e-mail address, with the join code that the applicant received."""
    case = CaseFactory(email="")
    return case, actions.issue_join_code(actor=member(), case=case)


def join(client, case, code):
    return client.post(reverse("space:join"), {"reference": case.reference, "code": code})


def test_join_code_adds_case_to_later_account(client, code):
    case, typed = code
    person = UserFactory()
    client.force_login(person)
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 404
    assert join(client, case, typed.lower().replace("-", " ")).status_code == 302
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 200
    assert case.events.filter(kind="joined", actor=person).exists()


def test_join_code_works_once_for_its_case_until_expiry(client, code):
    case, typed = code
    assert typed not in str(JoinCode.objects.values())
    client.force_login(UserFactory())
    assert join(client, CaseFactory(), typed).status_code == 422
    assert join(client, case, "AAAA-BBBB-CCCC").status_code == 422
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        client.force_login(UserFactory())
        assert join(client, case, typed).status_code == 422
    client.force_login(UserFactory())
    assert join(client, case, typed).status_code == 302
    client.force_login(UserFactory())
    assert join(client, case, typed).status_code == 422


def test_new_join_code_replaces_old_and_guessing_is_limited(client, code):
    case, typed = code
    actions.issue_join_code(actor=member(), case=case)
    client.force_login(UserFactory())
    answers = [join(client, case, typed) for _try in range(12)]
    assert {one.status_code for one in answers} == {422}
    first, last = (list(one.context["form"].non_field_errors()) for one in (answers[0], answers[-1]))
    assert first != last  # the rate limit


def test_email_address_or_printed_link_does_not_join_case(client):
    case = CaseFactory()
    client.force_login(UserFactory(email=case.submission.email))
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 404
    printed = case.links.get(mailed=False)
    assert client.get(reverse("space:status", args=[printed.secret])).status_code == 200
    assert client.get(reverse("space:case", args=[case.reference])).status_code == 404


def test_applicant_requests_callback_by_status_link(client):
    case = CaseFactory()
    url = reverse("space:status_call", args=[case.links.get(mailed=False).secret])
    assert client.get(url).status_code == 200
    assert client.post(url, {"phone": "12"}).status_code == 422
    assert client.post(url, {"phone": "079 123 45 67", "wish": "le soir"}).status_code == 302
    call = case.calls.get()
    assert (call.phone, call.wish, call.asked_by) == ("+41791234567", "le soir", None)
    client.force_login(UserFactory())
    assert (
        client.post(reverse("space:case_call", args=[case.reference]), {"phone": "079 123 45 67"}).status_code
        == 404
    )
    case.links.update(revoked_at=timezone.now())
    assert client.post(url, {"phone": "079 765 43 21"}).status_code == 404
    assert case.calls.get() == call


def test_callback_recorded_by_agent_is_listed_until_reached(client):
    case, agent = CaseFactory(email=""), member(Role.TREAT)
    client.force_login(agent)
    url = reverse("cases:do", args=[case.reference, "call"])
    assert client.post(url, {"phone": "", "wish": "le soir"}).status_code == 422
    assert client.post(url, {"phone": "12"}).status_code == 422
    assert not case.calls.exists()
    assert client.post(url, {"phone": "079 123 45 67", "wish": "le soir"}).status_code == 302
    assert case.calls.get().asked_by == agent
    assert "le soir" in client.get(COUNTER).text
    actions.record_callback(actor=agent, case=case, call=case.calls.get(), reached=True)
    assert "le soir" not in client.get(COUNTER).text
