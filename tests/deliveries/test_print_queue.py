"""Print queue: paper letters written in a transaction, printed once, posted by staff, with proof of posting."""

from datetime import date

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from eservices.deliveries import actions
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.jobs import wake_deliveries
from eservices.deliveries.models import Delivery, MailboxEntry
from eservices.deliveries.paragraphs import paragraphs_from_text, paragraphs_to_text
from eservices.deliveries.print_queue import actions as paper
from eservices.deliveries.print_queue.pdf import join_pdfs, render_letters_pdf
from eservices.deliveries.rendering import single_line
from eservices.deliveries.signals import letter_delivered, letter_posted
from tests.factories.accounts import UserFactory
from tests.support.programs import parse_words

pytestmark = pytest.mark.django_db
State = Delivery.State
ADDRESS = ["Élodie Marchetti", "Chemin des Vignes 12 bis", "1099 Orvenay"]
SLIP = {
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 105"/>',
    "alt": "Section de paiement",
}


def letter(**changes) -> Delivery:
    fields = {
        "address": ADDRESS,
        "title": "Nous avons votre demande",
        "paragraphs": ["Bonjour,", {"items": ["Contrôle", "Décision"]}],
        "language": "fr",
        "subject": "parcel:1",
        "office": "habitants",
        "sender": "Habitants",
    }
    return actions.queue_paper_letter(**fields | changes)


def printed(**changes) -> Delivery:
    made = letter(**changes)
    paper.take_print_batch(actor=UserFactory(), wanted=Delivery.objects.filter(pk=made.pk))
    return fresh(made)


def fresh(delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def this(delivery):
    return Delivery.objects.filter(pk=delivery.pk)


# -- Queueing -----------------------------------------------------------------------------------------------
def test_paper_letter_waits_for_staff_and_not_for_a_worker():
    written = letter()
    attempt_delivery(written.pk)
    wake_deliveries(timezone.now())
    assert fresh(written).state == State.TO_PRINT
    assert fresh(written).recipient == "Élodie Marchetti, Chemin des Vignes 12 bis, 1099 Orvenay"
    assert list(Delivery.objects.open()) == [written]


def test_paper_letter_of_a_failed_transaction_is_never_printed():
    @transaction.atomic
    def fail_after_writing():
        letter()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert not Delivery.objects.to_print().exists()


def test_paper_letter_of_a_rehearsal_goes_to_the_demo_mailbox():
    attempt_delivery(letter(rehearsal=True).pk)
    assert "Contrôle" in MailboxEntry.objects.get().text
    assert not Delivery.objects.to_print().exists()


def test_staff_skip_a_paper_letter_with_a_reason():
    written = letter()
    assert actions.skip_delivery(actor=UserFactory(), delivery=written, reason="Given at the counter")
    assert not Delivery.objects.to_print().exists()


# -- Printing -----------------------------------------------------------------------------------------------
def test_paper_letter_is_in_one_print_batch_only():
    written, agent = letter(), UserFactory()
    batch = paper.take_print_batch(actor=agent, wanted=this(written))
    assert (fresh(written).state, fresh(written).posting.batch) == (State.PRINTED, batch)
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.take_print_batch(actor=agent, wanted=this(written))


def test_paper_letter_without_an_address_is_not_printed():
    written, agent = letter(address=[]), UserFactory()
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.take_print_batch(actor=agent, wanted=this(written))
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.set_letter_address(
            actor=agent, letter=written, lines=["Élodie Marchetti", " "], registered=False
        )
    paper.set_letter_address(actor=agent, letter=written, lines=[*ADDRESS, ""], registered=True)
    paper.take_print_batch(actor=agent, wanted=this(written))
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.set_letter_address(actor=agent, letter=written, lines=ADDRESS, registered=False)
    assert fresh(written).payload["address"] == ADDRESS
    assert fresh(written).posting.registered


def test_paper_letters_returned_to_the_queue_can_be_reprinted():
    written, agent = printed(), UserFactory()
    assert paper.return_to_queue(actor=agent, wanted=this(written)) == 1
    paper.take_print_batch(actor=agent, wanted=this(written))
    kinds = list(fresh(written).events.values_list("kind", flat=True))
    assert kinds == ["printed", "put_back", "printed"]


def test_print_batch_is_one_tagged_pdf_with_all_letters():
    batch = [
        letter(),
        letter(language="de", title="Wir brauchen etwas", registered=True),
        letter(slip=SLIP, paragraphs=[[["En ", ""], ["gras", "b"]], {"rows": [["Montant", "CHF 30.–\n🏡"]]}]),
    ]
    content = render_letters_pdf(batch, timezone.now())
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert render_letters_pdf(batch, batch[0].created_at) == render_letters_pdf(batch, batch[0].created_at)
    said = parse_words(content)
    assert said.count("Élodie Marchetti") == 3
    assert "Wir brauchen etwas" in said
    assert "Einschreiben" in said
    assert "En gras" in said
    assert said.count("1/1") == 2  # pages with a payment slip have no footer


def test_double_sided_letters_begin_on_a_new_sheet():
    batch = [letter(), letter()]
    assert parse_words(render_letters_pdf(batch, timezone.now())).count("\f") == 2
    assert parse_words(render_letters_pdf(batch, timezone.now(), both_sides=True)).count("\f") == 3


def test_enclosure_is_printed_after_its_letter():
    enclosed = render_letters_pdf([letter(title="Attestation")], timezone.now())
    path = storages["private"].save("attestation.pdf", ContentFile(enclosed))
    enclosure = {"name": "AD-2026-00412.pdf", "storage": "private", "path": path}
    said = parse_words(
        render_letters_pdf([letter(enclosures=[enclosure]), letter(title="Dernière")], timezone.now())
    )
    assert said.index("AD-2026-00412.pdf") < said.index("Attestation") < said.index("Dernière")


def test_pdfs_joined_for_both_sides_begin_on_odd_pages():
    one = render_letters_pdf([letter()], timezone.now())
    assert parse_words(join_pdfs([one, one], both_sides=True)).count("\f") == 3


# -- Posting ------------------------------------------------------------------------------------------------
def test_posting_ends_the_delivery_and_sends_a_signal():
    heard = []

    def hear(sender, delivery, actor, **kwargs):
        heard.append((delivery.pk, actor))

    letter_posted.connect(hear)
    written, agent = printed(registered=True), UserFactory()
    numbers = {str(written.pk): " 98.00.123456.00000001 \n"}
    assert paper.mark_posted(actor=agent, wanted=this(written), numbers=numbers) == 1
    assert (fresh(written).state, fresh(written).posting.number) == (State.DONE, "98.00.123456.00000001")
    assert heard == [(written.pk, agent)]
    assert list(Delivery.objects.posted()) == [written]
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.mark_posted(actor=agent, wanted=this(written), numbers={})
    letter_posted.disconnect(hear)


def test_unprinted_letter_is_not_posted():
    with pytest.raises(paper.PaperLetterActionRefused):
        paper.mark_posted(actor=UserFactory(), wanted=this(letter()), numbers={})


def test_posted_confidential_letter_leaves_no_content():
    written = printed(confidential=True, paragraphs=["Votre code : 482913"])
    paper.mark_posted(actor=UserFactory(), wanted=this(written), numbers={})
    assert fresh(written).payload == {}


def test_delivery_date_is_between_posting_and_today():
    heard = []

    def hear(sender, delivery, on, **kwargs):
        heard.append(on)

    letter_delivered.connect(hear)
    agent = UserFactory()
    with time_machine.travel("2026-11-24 09:00Z"):
        written = printed(registered=True)
        paper.mark_posted(actor=agent, wanted=this(written), numbers={})
    with time_machine.travel("2026-11-27 09:00Z"):
        for wrong in (date(2026, 11, 23), date(2026, 11, 28)):
            with pytest.raises(paper.PaperLetterActionRefused):
                paper.save_delivery_proof(actor=agent, letter=written, number="1", delivered_on=wrong)
        for _twice in range(2):
            paper.save_delivery_proof(
                actor=agent, letter=written, number="1", delivered_on=date(2026, 11, 26)
            )
    assert fresh(written).posting.delivered_on == date(2026, 11, 26)
    assert heard == [date(2026, 11, 26)]
    letter_delivered.disconnect(hear)


# -- Contents -----------------------------------------------------------------------------------------------
def test_plain_text_becomes_paragraphs_and_back():
    text = "Bonjour,\n\nla suite :\n- Contrôle\n- Décision\n\nMerci\nà vous\n"
    made = paragraphs_from_text(text)
    assert made == ["Bonjour,", "la suite :", {"items": ["Contrôle", "Décision"]}, "Merci\nà vous"]
    assert paragraphs_to_text(made) == text.replace("suite :\n-", "suite :\n\n-")


def test_every_type_of_paragraph_has_a_plain_text():
    made = [
        {"heading": "Titre"},
        {"quote": [["a", "b"], ["b", ""]]},
        {"items": ["un", "deux"], "numbered": True},
        {"rows": [["Réf.", "1"]]},
    ]
    assert paragraphs_to_text(made) == "Titre\n\nab\n\n1. un\n2. deux\n\nRéf.\u00a0: 1\n"


def test_title_is_one_line_and_keeps_no_break_spaces():
    assert (
        single_line(" Votre\r\ndemande\u00a0:\tune\u2028question\u202f? ")
        == "Votre demande\u00a0: une question\u202f?"
    )
