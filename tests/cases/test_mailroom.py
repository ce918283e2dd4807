"""The mailroom: messages to applicants without an e-mail address, printed and posted by agents of the team."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Role, Team
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions as paper
from home.caching.site_version import bump_version
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member

pytestmark = pytest.mark.django_db
State = Delivery.State
ADDRESS = {"street": "Chemin des Vignes", "number": "12 bis", "postcode": "1099", "town": "Orvenay"}
LETTERS = reverse("postroom:letters")
TAKE = reverse("postroom:take")


def waiting() -> list[Delivery]:
    return list(Delivery.objects.to_print())


def with_address(**fields):
    """Create a case of an applicant who gave a postal address and no e-mail address."""
    return CaseFactory(email="", answers={"adresse": ADDRESS}, **fields)


def posted(client, letter) -> None:
    client.post(TAKE, {"letters": [letter.pk]})
    batch = Delivery.objects.get(pk=letter.pk).posting.batch_id
    client.post(
        reverse("postroom:posted", args=[batch]), {"letters": [letter.pk], f"number-{letter.pk}": "98.1"}
    )


def page(letter, do=None):
    return (
        reverse("postroom:do", args=[letter.pk, do]) if do else reverse("postroom:letter", args=[letter.pk])
    )


# -- Print queue ---------------------------------------------------------------------------------------------
def test_messages_without_email_address_wait_for_printing():
    case = with_address(asked=True, refused=True)
    receipt, question, decision = waiting()
    assert receipt.payload["address"] == ["Élodie Marchetti", "Chemin des Vignes 12 bis", "1099 Orvenay"]
    assert (receipt.subject, receipt.posting.office) == (case.subject, "habitants")
    for letter in (receipt, question, decision):
        assert (
            case.links.get(mailed=False).secret not in letter.payload["text"]
        )  # nobody types an address that long
        assert f"avec la référence {case.reference}" in letter.payload["text"]
    assert "Il manque la page 3" in question.payload["text"]
    assert "Vous n’habitez pas à Orvenay." in decision.payload["text"]
    assert not case.links.filter(mailed=True).exists()  # paper proves no e-mail address


def test_applicant_with_email_gets_no_paper_letter():
    CaseFactory(asked=True)
    assert waiting() == []


def test_rehearsal_prints_no_paper_letter():
    CaseFactory(email="", rehearsal=True)
    assert waiting() == []
    assert Delivery.objects.get(carrier="print").rehearsal


# -- On the desk --------------------------------------------------------------------------------------------
def test_paper_letter_is_printed_posted_and_proven(client):
    case, agent = with_address(), member(Role.TREAT)
    [letter] = waiting()
    client.force_login(agent)
    assert "Élodie Marchetti" in client.get(LETTERS).text
    batch = client.post(TAKE, {"letters": [letter.pk]}, follow=True).context["batch"]
    printed = client.get(reverse("postroom:batch_pdf", args=[batch.pk]), {"sides": "2"})
    assert b"".join(printed.streaming_content).startswith(b"%PDF")
    assert "sandbox" in printed["Content-Security-Policy"]
    sent = client.post(
        reverse("postroom:posted", args=[batch.pk]), {"letters": [letter.pk], f"number-{letter.pk}": "98.00"}
    )
    assert sent.url == LETTERS
    today = timezone.localdate().isoformat()
    kept = client.post(page(letter, "proof"), {"number": "98.00", "delivered_on": today}, follow=True)
    assert kept.status_code == 200
    assert [event.kind for event in case.events.order_by("-number")[:2]] == [
        "letter_delivered",
        "letter_posted",
    ]
    assert "98.00" in client.get(reverse("cases:case", args=[case.reference])).text
    assert "98.00" in client.get(LETTERS, {"view": "posted"}).text


def test_paper_letter_without_address_cannot_be_selected(client):
    CaseFactory(email="")
    [letter] = waiting()
    client.force_login(member(Role.TREAT))
    assert 'name="letters"' not in client.get(LETTERS).text
    client.post(TAKE, {"letters": [letter.pk]})
    assert waiting() == [letter]
    assert client.post(page(letter, "prepare"), {"lines": "Élodie"}).status_code == 409
    client.post(page(letter, "prepare"), {"lines": "Élodie Marchetti\n1099 Orvenay", "registered": "on"})
    assert 'name="letters"' in client.get(LETTERS).text
    assert waiting()[0].posting.registered


def test_paper_letter_actions_require_matching_state(client):
    with_address()
    [letter] = waiting()
    client.force_login(member(Role.TREAT))
    assert client.post(page(letter, "proof"), {"number": "1"}).status_code == 409
    client.post(TAKE, {"letters": [letter.pk]})
    batch = Delivery.objects.get(pk=letter.pk).posting.batch_id
    client.post(reverse("postroom:back", args=[batch]), {"letters": [letter.pk]})
    assert waiting() == [letter]
    assert client.post(page(letter, "skip"), {"reason": ""}).status_code == 422
    client.post(page(letter, "skip"), {"reason": "Remise au guichet"})
    assert Delivery.objects.get(pk=letter.pk).state == State.SKIPPED
    assert client.post(page(letter, "skip"), {"reason": "Encore"}).status_code == 409


def test_print_batch_reports_letters_taken_by_colleague(client):
    for _letter in range(3):
        with_address()
    letters = [letter.pk for letter in waiting()]
    client.force_login(member(Role.TREAT))
    assert "ce lot" not in client.post(TAKE, {"letters": letters[:2]}, follow=True).text
    client.force_login(member(Role.TREAT))
    second = client.post(TAKE, {"letters": letters}, follow=True)
    assert [row["letter"].pk for row in second.context["rows"]] == letters[2:]
    assert "2 lettres choisies ne sont pas dans ce lot\u00a0: elles sont déjà dans un autre" in second.text
    again = client.post(TAKE, {"letters": letters}, follow=True)  # as from a second browser tab
    assert "Il n’y a rien à imprimer\u00a0: ces lettres sont déjà dans un lot" in again.text


@pytest.mark.parametrize("letters", [[], ["x"], ["\0"], ["8d8ac610-566d-4ef0-9c22-186b2a5ed793"]])
def test_invalid_selection_prints_nothing(client, letters):
    with_address()
    client.force_login(member(Role.TREAT))
    assert client.post(TAKE, {"letters": letters}).status_code == 302
    assert len(waiting()) == 1


def test_paper_letters_are_shown_only_to_agents_of_case(client):
    case = with_address()
    [letter] = waiting()
    addresses = [page(letter), reverse("postroom:letter_pdf", args=[letter.pk])]
    other = Team.objects.create(key="voirie", name="Voirie")
    stranger, lead = member(Role.LEAD, team=other), member(Role.LEAD, team=other, roles=["leads"])
    for nobody in (member(Role.READ, team=TeamFactory()), stranger, lead):
        client.force_login(nobody)
        assert "Marchetti" not in client.get(LETTERS).text
        assert [client.get(url).status_code for url in addresses] == [404, 404]
        client.post(TAKE, {"letters": [letter.pk]})
        assert waiting() == [letter]
    client.logout()
    assert {client.get(url).status_code for url in [LETTERS, *addresses]} == {302}
    actions.transfer_to_team(actor=member(), case=case, team=other, reason="Leur affaire.")
    client.force_login(stranger)  # paper letters move with the case
    assert [client.get(url).status_code for url in addresses] == [200, 200]
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(page(letter)).status_code == 200


def test_paper_letter_without_team_is_shown_to_outbox_staff(client):
    letter = deliveries.queue_paper_letter(
        address=["Élodie Marchetti", "1099 Orvenay"], title="Code", paragraphs=["482913"], language="fr"
    )
    client.force_login(member(Role.LEAD))
    assert client.get(page(letter)).status_code == 404
    client.force_login(member(Role.LEAD, roles=["leads"]))
    assert client.get(page(letter)).status_code == 200


def test_outbox_hides_deliveries_of_unreadable_cases(client):
    case = CaseFactory()
    [receipt] = Delivery.objects.for_subject(case.subject)
    board, detail = reverse("deliveries_board:index"), reverse("deliveries_board:detail", args=[receipt.pk])
    other = Team.objects.create(key="voirie", name="Voirie")
    client.force_login(member(Role.LEAD, team=other, roles=["leads"]))
    shown = client.get(board)
    assert receipt.recipient not in shown.text
    assert not any(count for _state, count in shown.context["counts"])
    for answer in (client.get(detail), client.post(f"{detail}retry/"), client.post(f"{detail}skip/")):
        assert answer.status_code == 404
    client.force_login(member(Role.LEAD, roles=["leads"]))
    assert receipt.recipient in client.get(board).text
    title = BeautifulSoup(client.get(detail).content, "html.parser").title.text
    assert title.strip().startswith(receipt.title)
    actions.protect(case=case, actor=SYSTEM)
    assert client.get(detail).status_code == 404
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(detail).status_code == 200


def test_reading_paper_letter_is_logged_as_case_read(client):
    case, agent = with_address(), member(Role.TREAT)
    [letter] = waiting()
    client.force_login(agent)
    for url in (page(letter), reverse("postroom:letter_pdf", args=[letter.pk])):
        client.get(url)
    assert [event.actor for event in case.events.filter(kind="case_read")] == [agent]


def test_print_batch_of_other_team_returns_404(client):
    with_address()
    batch = paper.take_print_batch(actor=member(), wanted=Delivery.objects.all())
    client.force_login(member(Role.LEAD, team=Team.objects.create(key="voirie", name="Voirie")))
    for name in ("batch", "batch_pdf"):
        assert client.get(reverse(f"postroom:{name}", args=[batch.pk])).status_code == 404
    for name in ("posted", "back"):
        assert client.post(reverse(f"postroom:{name}", args=[batch.pk])).status_code == 404


def test_mailroom_has_constant_query_count(client, django_assert_max_num_queries):
    for _number in range(3):
        with_address()
    client.force_login(member(Role.TREAT))
    client.get(LETTERS)
    bump_version()  # empties the caches, before both measurements
    with django_assert_max_num_queries(24) as queries:
        client.get(LETTERS)
    few = len(queries)
    for _number in range(3):
        with_address()
    bump_version()
    with django_assert_max_num_queries(few):
        client.get(LETTERS)
