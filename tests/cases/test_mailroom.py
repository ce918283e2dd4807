"""The post room: who has no e-mail address is written to on paper, and agents of the team post it."""

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
    """A case of somebody at the counter, who gave an address and no e-mail."""
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


# -- By itself ----------------------------------------------------------------------------------------------
def test_receipt_question_and_decision_of_who_has_no_address_wait_to_be_printed():
    case = with_address(asked=True, refused=True)
    receipt, question, decision = waiting()
    assert receipt.payload["address"] == ["Élodie Marchetti", "Chemin des Vignes 12 bis", "1099 Orvenay"]
    assert (receipt.subject, receipt.posting.office) == (case.subject, "habitants")
    for letter in (receipt, question, decision):
        assert case.links.get(mailed=False).secret not in letter.payload["text"]  # nobody types that
        assert f"avec la référence {case.reference}" in letter.payload["text"]
    assert "Il manque la page 3" in question.payload["text"]
    assert "Vous n’habitez pas à Orvenay." in decision.payload["text"]
    assert not case.links.filter(mailed=True).exists()  # paper proves no e-mail address


def test_who_gave_an_address_gets_no_paper():
    CaseFactory(asked=True)
    assert waiting() == []


def test_a_rehearsal_prints_nothing():
    CaseFactory(email="", rehearsal=True)
    assert waiting() == []
    assert Delivery.objects.get(carrier="print").rehearsal


# -- On the desk --------------------------------------------------------------------------------------------
def test_agents_print_post_and_keep_the_proof_and_the_case_remembers(client):
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


def test_a_letter_without_an_address_cannot_be_chosen_until_somebody_writes_one(client):
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


def test_letters_are_put_back_given_up_and_posted_only_as_they_stand(client):
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


def test_of_letters_that_a_colleague_took_before_the_next_batch_says_that_they_are_not_in_it(client):
    for _letter in range(3):
        with_address()
    letters = [letter.pk for letter in waiting()]
    client.force_login(member(Role.TREAT))
    assert "ce lot" not in client.post(TAKE, {"letters": letters[:2]}, follow=True).text
    client.force_login(member(Role.TREAT))
    second = client.post(TAKE, {"letters": letters}, follow=True)
    assert [row["letter"].pk for row in second.context["rows"]] == letters[2:]
    assert "2 lettres choisies ne sont pas dans ce lot\u00a0: elles sont déjà dans un autre" in second.text
    again = client.post(TAKE, {"letters": letters}, follow=True)  # as from a second tab
    assert "Il n’y a rien à imprimer\u00a0: ces lettres sont déjà dans un lot" in again.text


@pytest.mark.parametrize("letters", [[], ["x"], ["\0"], ["8d8ac610-566d-4ef0-9c22-186b2a5ed793"]])
def test_choosing_nothing_or_nonsense_prints_nothing(client, letters):
    with_address()
    client.force_login(member(Role.TREAT))
    assert client.post(TAKE, {"letters": letters}).status_code == 302
    assert len(waiting()) == 1


def test_only_agents_who_treat_the_case_see_its_letters_whoever_else_looks_after_the_outbox(client):
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
    client.force_login(stranger)  # letters go with the case
    assert [client.get(url).status_code for url in addresses] == [200, 200]
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(page(letter)).status_code == 200


def test_what_no_office_posts_is_there_for_who_looks_after_the_outbox(client):
    letter = deliveries.queue_paper_letter(
        address=["Élodie Marchetti", "1099 Orvenay"], title="Code", paragraphs=["482913"], language="fr"
    )
    client.force_login(member(Role.LEAD))
    assert client.get(page(letter)).status_code == 404
    client.force_login(member(Role.LEAD, roles=["leads"]))
    assert client.get(page(letter)).status_code == 200


def test_who_looks_after_the_outbox_sees_there_what_tells_of_cases_that_they_may_read(client):
    case = CaseFactory()
    [receipt] = Delivery.objects.about(case.subject)
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


def test_who_reads_a_letter_reads_its_case_and_leaves_a_trace(client):
    case, agent = with_address(), member(Role.TREAT)
    [letter] = waiting()
    client.force_login(agent)
    for url in (page(letter), reverse("postroom:letter_pdf", args=[letter.pk])):
        client.get(url)
    assert [event.actor for event in case.events.filter(kind="case_read")] == [agent]


def test_a_batch_of_another_team_does_not_exist(client):
    with_address()
    batch = paper.take_print_batch(actor=member(), wanted=Delivery.objects.all())
    client.force_login(member(Role.LEAD, team=Team.objects.create(key="voirie", name="Voirie")))
    for name in ("batch", "batch_pdf"):
        assert client.get(reverse(f"postroom:{name}", args=[batch.pk])).status_code == 404
    for name in ("posted", "back"):
        assert client.post(reverse(f"postroom:{name}", args=[batch.pk])).status_code == 404


def test_the_list_takes_the_same_few_queries_however_long(client, django_assert_max_num_queries):
    for _number in range(3):
        with_address()
    client.force_login(member(Role.TREAT))
    client.get(LETTERS)
    bump_version()  # what is kept until the site changes is read again, both times
    with django_assert_max_num_queries(24) as queries:
        client.get(LETTERS)
    few = len(queries)
    for _number in range(3):
        with_address()
    bump_version()
    with django_assert_max_num_queries(few):
        client.get(LETTERS)
