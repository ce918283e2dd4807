"""Proposals of events by associations."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import PageLogEntry

from eservices.deliveries.models import Delivery
from home.web.form_timing import sign_opening_time
from home.web.rate_limits import RateLimit
from news.agenda.models import EventPage
from news.proposals import actions, rate_limits
from news.proposals.models import Proposal
from news.proposals.states import ProposalState
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.directory import DirectoryEntryFactory
from tests.factories.home import published

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def opened() -> str:
    with time_machine.travel(NOW - timedelta(minutes=2), tick=False):
        return sign_opening_time()


def propose(client, **changes):
    data = {
        "title": "Loto du chœur",
        "lead": "Trente séries et des jambons.",
        "day": "2027-02-06",
        "starts": "19:30",
        "ends": "01:00",
        "overnight": "19:30-01:00",
        "repeats": "",
        "until": "",
        "place": "Salle des Ormes",
        "organiser": "Chœur de l’Orvenette",
        "host": "",
        "text": "Cartons en vente <b>sur place</b>.\n\nOuverture des portes à 18 h.",
        "sender": "choeur@example.org",
        "opened": opened(),
        "website": "",
    }
    return client.post(reverse("news:event_propose"), data | changes)


def sent(client, **changes) -> Proposal:
    assert propose(client, **changes).status_code == 302
    (text,) = (one.payload["text"] for one in Delivery.objects.all())
    client.post(re.search(r"http://[^/\s]+(/\S*propositions/\S+)", text)[1])
    return Proposal.objects.get()


def test_end_on_the_next_day_is_asked_back_once(client, agenda):
    asked = propose(client, overnight="")
    assert asked.status_code == 422
    assert list(asked.context["form"].errors) == ["ends"]
    assert '<input type="hidden" name="overnight" value="19:30-01:00">' in asked.text
    assert propose(client, ends="02:00").status_code == 422  # other hours than those that were confirmed
    assert propose(client).status_code == 302


def test_every_choice_of_proposal_form_has_a_label(client, agenda):
    DirectoryEntryFactory()
    for address in ("news:event_propose", "news:directory_propose"):
        names = re.findall(r"<option[^>]*>([^<]*)</option>", client.get(reverse(address)).content.decode())
        assert names
        assert all(name.strip() for name in names)


def test_confirmation_email_contains_no_text_of_proposal(client, agenda):
    assert propose(client, title="Gagnez sur evil.example").status_code == 302
    payload = Delivery.objects.get().payload
    assert "evil" not in str(payload)
    assert payload["text"].startswith("Agenda")


def test_proposal_link_shows_state_of_proposal(client, agenda):
    proposal = sent(client)
    link = reverse("news:proposal", args=[proposal.secret])
    assert "nous est parvenue" in client.get(link).text
    actions.refuse_proposal(actor=None, proposal=proposal, reason="La salle est prise.")
    refused = client.get(link).text
    assert "La salle est prise." in refused
    assert f'href="{reverse("news:event_propose")}"' in refused
    assert "Nous la regardons" not in refused
    Proposal.objects.update(state=ProposalState.WAITING)
    actions.accept_proposal(actor=SuperuserFactory(), proposal=proposal)
    accepted = client.get(link).text
    assert "Votre proposition est acceptée" in accepted
    assert "n’est pas encore sur notre site" in accepted
    assert "Nous la regardons" not in accepted
    page = published(EventPage.objects.get())
    assert f'href="{page.url}"' in client.get(link).text


def test_event_ending_long_after_midnight_is_questioned(client, agenda):
    asked = propose(client, starts="17:00", ends="16:00")
    assert asked.status_code == 422
    assert "Cela finit avant le début" in asked.text
    night = {"starts": "22:00", "ends": "06:00", "overnight": "22:00-06:00"}
    assert propose(client, **night).status_code == 302


def test_accepted_proposal_becomes_draft_event(client, agenda):
    choir = DirectoryEntryFactory(name="Chœur de l’Orvenette")
    proposal = sent(client, host=str(choir.pk))
    assert proposal.state == ProposalState.WAITING
    client.force_login(SuperuserFactory())
    shown = client.get(reverse("proposal_desk", args=[proposal.pk])).content.decode()
    assert "Loto du chœur" in shown
    assert "&lt;b&gt;sur place" in shown
    accepted = client.post(reverse("proposal_desk", args=[proposal.pk]), {"accept": "1"}, follow=True).text
    page = EventPage.objects.get()
    assert not page.live
    assert "Ce n’est pas sur le site" in accepted
    assert f'class="btn" href="{reverse("wagtailadmin_pages:edit", args=[page.pk])}"' in accepted
    assert page.get_parent().specific == agenda
    assert (page.host, page.place, page.last_day) == (choir, "Salle des Ormes", date(2027, 2, 7))
    assert "&lt;b&gt;sur place&lt;/b&gt;" in page.body[0].value.source
    assert "Loto" not in client.get(agenda.url).content.decode()
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
    assert PageLogEntry.objects.filter(action="wagtail.edit", revision=page.latest_revision).exists()
    page.get_latest_revision().publish()
    assert "Loto" in client.get(agenda.url).content.decode()
    published = client.get(reverse("proposal_desk", args=[proposal.pk])).text
    assert "pas sur le site" not in published
    assert Delivery.objects.filter(subject=f"proposal:{proposal.pk}").count() == 3


def test_repeated_event_is_proposed(client, agenda):
    proposal = sent(client, repeats="week", until="2027-03-01", ends="21:00")
    client.force_login(SuperuserFactory())
    client.post(reverse("proposal_desk", args=[proposal.pk]), {"accept": "1"})
    assert EventPage.objects.get().dates.count() == 4


def test_refused_proposal_creates_no_page(client, agenda):
    proposal = sent(client)
    client.force_login(SuperuserFactory())
    client.post(
        reverse("proposal_desk", args=[proposal.pk]), {"refuse": "1", "reason": "La salle est prise."}
    )
    assert not EventPage.objects.exists()
    assert any("La salle est prise." in one.payload["text"] for one in Delivery.objects.all())


def test_proposal_without_agenda_cannot_be_decided(client, home):
    proposal = sent(client)
    user = SuperuserFactory()
    client.force_login(user)
    assert client.get(reverse("proposal_desk", args=[proposal.pk])).status_code == 404


def test_proposal_is_decided_only_by_event_editors(client, agenda):
    proposal = sent(client)
    client.force_login(AgentFactory())
    assert client.get(reverse("proposal_desk", args=[proposal.pk])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "\x00"},
        {"lead": "x" * 10_000},
        {"day": "2026-11-23"},
        {"day": "2029-01-01"},
        {"day": "9999-12-31"},
        {"day": "\x00"},
        {"starts": "25:00"},
        {"starts": ""},
        {"repeats": "daily"},
        {"repeats": "week"},
        {"repeats": "week", "until": "2027-01-01"},
        {"repeats": "week", "until": "9999-12-31"},
        {"host": "999"},
        {"host": "\x00"},
        {"sender": "nobody"},
        {"opened": ""},
    ],
)
def test_invalid_proposal_is_refused(client, agenda, wrong):
    assert propose(client, **wrong).status_code == 422
    assert not Proposal.objects.exists()


def test_last_friday_proposal_must_begin_on_last_friday(client, agenda):
    wrong = propose(client, day="2027-02-19", repeats="month_last", until="2027-12-31")
    assert wrong.status_code == 422
    assert "revient encore" in wrong.content.decode()
    assert propose(client, day="2027-02-26", repeats="month_last", until="2027-12-31").status_code == 302


def test_proposal_ending_at_its_start_is_refused(client, agenda):
    again = propose(client, starts="19:30", ends="19:30")
    assert again.status_code == 422
    assert "Laissez la fin vide" in again.content.decode()
    assert not Proposal.objects.exists()


def test_stored_proposal_ending_at_its_start_has_open_end(client, agenda):
    proposal = sent(client)
    proposal.data |= {"ends": "19:30"}
    proposal.save()
    actions.accept_proposal(actor=SuperuserFactory(), proposal=proposal)
    assert EventPage.objects.get().end is None


def test_proposal_of_bot_is_acknowledged_and_dropped(client, agenda):
    assert propose(client, website="x").status_code == 302
    assert not Proposal.objects.exists()


def test_rate_limited_proposal_keeps_typed_text(client, agenda):
    for number in range(3):
        assert propose(client, title=f"Le numéro {number}").status_code == 302
    fourth = propose(client, title="Le quatrième")
    assert fourth.status_code == 429
    assert "Le quatrième" in fourth.content.decode()
    assert Proposal.objects.count() == 3
    assert propose(client, sender="autre@example.org").status_code == 302


def test_identical_proposals_arrive_once(client, agenda):
    for _each in range(2):
        assert propose(client).status_code == 302
    links = [
        re.search(r"http://[^/\s]+(/\S*propositions/\S+)", one.payload["text"])[1]
        for one in Delivery.objects.all()
    ]
    for link in links:
        assert client.post(link).status_code == 200
    assert [one.state for one in Proposal.objects.all()] == ["waiting"]


def test_proposals_of_client_are_rate_limited(client, agenda, monkeypatch):
    monkeypatch.setattr(rate_limits, "PER_CLIENT", RateLimit("proposal-client", 1))
    propose(client)
    stopped = propose(client, sender="autre@example.org")
    assert stopped.status_code == 429
    assert "Loto du chœur" in stopped.content.decode()


def test_agenda_links_proposal_form(client, agenda):
    assert reverse("news:event_propose") in client.get(agenda.url).content.decode()
    assert client.get(reverse("news:event_propose")).status_code == 200
