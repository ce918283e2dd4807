"""QR-bills and the bank's files of received payments."""

import io
import re
import subprocess
from datetime import timedelta
from decimal import Decimal

import pytest
import qrcode
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, Transformation
from stdnum.ch import esr

from eservices.cases import process
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions as letters
from eservices.deliveries.print_queue.pdf import render_letters_pdf as letters_as_pdf
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges
from eservices.payments.contrib.qrbill import actions, bill_pdf, camt054, postal_delivery
from eservices.payments.contrib.qrbill.bill_pdf import payment_part_svg
from eservices.payments.contrib.qrbill.provider import check_digit
from eservices.payments.models import BankEntry, Charge, Payment, PaymentSettings, UnallocatedPayment
from eservices.payments.models.settings import is_qr_iban
from eservices.payments.states import ChargeState
from home.models import CommuneSettings
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, qr_account
from tests.support.programs import needs, parse_words

pytestmark = pytest.mark.django_db

LONG_NAME = "Administration communale de Saint-Barthélemy-sur-Lac"
WRITTEN_IBAN = "CH44 3199 9123 0008 8901 2"
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><RvslInd>false</RvslInd>
<BookgDt><Dt>2026-11-24</Dt></BookgDt><ValDt><Dt>2026-11-24</Dt></ValDt><AcctSvcrRef>B{mark}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><AcctSvcrRef>T{mark}</AcctSvcrRef></Refs><Amt Ccy="{currency}">{amount}</Amt>
<CdtDbtInd>{sign}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Élodie Marchetti</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"""
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>M{number}</MsgId></GrpHdr><Ntfctn>{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


def entry(reference="", amount="30.00", currency="CHF", mark="1", sign="CRDT") -> str:
    return ENTRY.format(reference=reference, amount=amount, currency=currency, mark=mark, sign=sign)


def bank_file(*entries: str, number="1") -> bytes:
    return FILE.format(entries="".join(entries), number=number).encode()


@pytest.fixture
def clerk(db):
    qr_account()
    return UserFactory(is_staff=True, is_superuser=True)


def read(clerk, *entries, number="1") -> int:
    return actions.import_bank_file(actor=clerk, name="camt.xml", content=bank_file(*entries, number=number))[
        1
    ]


# -- The bill ------------------------------------------------------------------------------------------------
def test_qr_reference_is_valid_and_stable():
    qr_account()
    payment = begun(due_charge(), "qrbill")
    assert re.fullmatch(r"\d{27}", payment.external_id)
    assert esr.is_valid(payment.external_id)
    assert check_digit("21000000000313947143000901") == "7"  # the example of the Swiss standard


def test_bill_is_a_pdf_with_reference_and_amount(client, clerk):
    charge = due_charge()
    client.post(reverse("payments:pay", args=[charge.basket.secret]), {"provider": "qrbill"})
    payment = Payment.objects.get()
    page = client.get(reverse("payments:pay", args=[charge.basket.secret])).content.decode()
    url = reverse("payments:bill", args=[charge.basket.secret, payment.pk])
    assert url in page
    pdf = b"".join(client.get(url).streaming_content)
    assert pdf[:5] == b"%PDF-"
    assert charge.case.reference in parse_words(pdf)
    assert "30.00" in parse_words(pdf)


def drawn(payment, about="") -> list[str]:
    """Return the texts of the receipt and the payment part, line by line."""
    return re.findall(r">([^<]+)</text>", payment_part_svg(payment, about))


def test_payment_part_and_receipt_show_the_same_details(clerk):
    charge = due_charge()
    words = drawn(begun(charge, "qrbill"), charge.case.reference)
    cut = words.index("Section paiement")
    for part in (words[:cut], words[cut:]):
        account, amount, reference = (part.index(one) for one in (WRITTEN_IBAN, "CHF", "Référence"))
        assert part[account + 1 :][:3] == ["Commune d’Orvenay", "Place de l’Orme 2", "CH-1188 Orvenay"]
        assert part[amount + 1] == "30.00"
        assert re.fullmatch(r"\d{2}( \d{5}){5}", part[reference + 1])
    assert charge.case.reference in words[cut:]


def test_reference_on_the_bill_matches_the_bank_file(clerk):
    charge, other = due_charge(), due_charge()
    words = drawn(begun(charge, "qrbill"))
    begun(other, "qrbill")
    shown = words[words.index("Référence") + 1]
    assert read(clerk, entry(shown)) == 1  # some banks keep the blanks
    charge.refresh_from_db()
    other.refresh_from_db()
    assert (charge.state, charge.paid, other.paid) == (ChargeState.PAID, 3000, 0)
    assert BankEntry.objects.get().reference == shown.replace(" ", "")
    assert list(ledger.ledger_errors()) == []


# The payload that the Swiss standard requires, line by line: creditor, amount, reference.
PAYLOAD = [
    *("SPC", "0200", "1"),
    *("CH4431999123000889012", "S", "{creditor}", "Place de l’Orme 2", "", "1188", "Orvenay", "CH"),
    *[""] * 7,  # the final creditor, who may not be named yet
    *("30.00", "CHF"),
    *[""] * 7,  # the payer, left open
    *("QRR", "{reference}", "{about}"),
    "EPD",
]
MM = 300 / 25.4  # dots
AROUND_CODE = (
    64,
    204,
    115,
    260,
)  # in mm of the page: where the style guide wants the code, with white around it


def page_of(pdf: bytes) -> Image.Image:
    """Render the page with the payment part at 300 dpi and return an image of its dark pixels."""
    needs("pdftoppm")
    run = ["pdftoppm", "-r", "300", "-gray", "-singlefile", "-"]
    page = Image.open(io.BytesIO(subprocess.run(run, input=pdf, capture_output=True, check=True).stdout))
    return page.point(lambda light: 255 * (light < 128))


def ink(page: Image.Image, left, top, right, bottom) -> list[float]:
    """Return the bounding box of what is drawn within these mm: left, top, width and height in mm of the page."""
    x1, y1, x2, y2 = page.crop([round(side * MM) for side in (left, top, right, bottom)]).getbbox()
    return [left + x1 / MM, top + y1 / MM, (x2 - x1) / MM, (y2 - y1) / MM]


def printed(pdf: bytes, modules: int) -> list[list[bool]]:
    """Return which modules of the printed code are dark, as a reader sees them."""
    around = page_of(pdf).crop([round(side * MM) for side in AROUND_CODE])
    left, top, right, _bottom = around.getbbox()
    module = (right - left) / modules
    at = [(number + 0.5) * module for number in range(modules)]
    return [[around.getpixel((int(left + x), int(top + y))) > 0 for x in at] for y in at]


@pytest.mark.parametrize("creditor", ["Commune d’Orvenay", LONG_NAME])
def test_qr_code_contains_exactly_the_swiss_payload(client, clerk, creditor):
    PaymentSettings.objects.update(creditor=creditor)
    charge = due_charge()
    payment = begun(charge, "qrbill")
    url = reverse("payments:bill", args=[charge.basket.secret, payment.pk])
    pdf = b"".join(client.get(url).streaming_content)
    payload = "\r\n".join(PAYLOAD).format(
        creditor=creditor, reference=payment.external_id, about=charge.case.reference
    )
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    wanted = code.get_matrix()
    size = len(wanted)
    edge = int(size * (46 - 7) / 2 / 46)  # of the Swiss cross, 7 mm with its white rim
    crossed = range(edge, size - edge)
    for row, (seen, meant) in enumerate(zip(printed(pdf, size), wanted, strict=True)):
        hidden = crossed if row in crossed else ()
        assert [seen[at] for at in range(size) if at not in hidden] == [
            meant[at] for at in range(size) if at not in hidden
        ]


WAYS = {
    "fetched": lambda: bill_pdf.render_bill(begun(due_charge(), "qrbill")),
    "posted": lambda: letters_as_pdf([postal_delivery.queue_bill_letter(due_charge())], timezone.now()),
}
bill = pytest.mark.parametrize("bill", WAYS.values(), ids=WAYS)
STROKE = 0.26


@bill
def test_code_and_boxes_follow_the_style_guide(clerk, bill):
    page = page_of(bill())
    assert ink(page, *AROUND_CODE) == pytest.approx([67, 209, 46, 46], abs=0.15)
    *_place, across, down = ink(page, 3, 235, 59, 261)  # the payer's box, on the receipt
    assert [across, down] == pytest.approx([52 + STROKE, 20 + STROKE], abs=0.15)
    *_place, across, down = ink(page, 115, 245, 209, 285)  # the payer's box, on the payment part
    assert [across, down] == pytest.approx([65 + STROKE, 25 + STROKE], abs=0.15)


def test_long_name_stays_within_the_margins(clerk):
    PaymentSettings.objects.update(creditor=LONG_NAME)
    payment = begun(due_charge(), "qrbill")
    page, words = page_of(bill_pdf.render_bill(payment)), drawn(payment)
    assert words.count("Saint-Barthélemy-sur-Lac") == 2
    for left, right, margin in ((3, 60, 57), (115, 210, 205)):  # receipt, payment part
        begins, _top, across, _down = ink(page, left, 196, right, 296)
        assert begins + across < margin + STROKE


def test_case_references_are_not_broken_across_lines(clerk):
    words = drawn(begun(due_charge(), "qrbill"), ", ".join(["ORV-26-00001"] * 10))
    lines = words[words.index("Informations supplémentaires") + 1 :][:3]
    assert lines == ["ORV-26-00001, ORV-26-00001, ORV-26-00001,"] * 3


def fonts_below(page, height: float) -> set[tuple[str, float]]:
    """Return the fonts, with sizes in pt, of the text less than ``height`` mm above the bottom of a page."""
    found = set()

    def visit(text, drawn, set_at, font, size):
        at = Transformation(set_at).transform(Transformation(drawn)).ctm
        if text.strip() and at[5] < height / 25.4 * 72:
            found.add((font["/BaseFont"].partition("+")[2], round(size * abs(at[3]), 1)))

    page.extract_text(visitor_text=visit)
    return found


@bill
def test_payment_part_uses_the_permitted_fonts(clerk, bill):
    page = PdfReader(io.BytesIO(bill())).pages[0]
    assert fonts_below(page, 105) == {
        ("LiberationSans-Bold", 11),  # titles
        ("LiberationSans-Bold", 6),
        ("LiberationSans", 8),
    }
    assert "LiberationSans" not in str(fonts_below(page, 297) - fonts_below(page, 105))


def test_bill_is_accessible_archivable_and_reproducible(clerk):
    payment = begun(due_charge(), "qrbill")
    content = bill_pdf.render_bill(payment)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert bill_pdf.render_bill(payment) == content


def test_bill_requires_a_qr_iban(client):
    charge = due_charge()
    page = client.get(reverse("payments:pay", args=[charge.basket.secret])).content.decode()
    assert 'value="qrbill"' not in page
    assert not is_qr_iban("CH9300762011623852957")  # an IBAN, but not a QR-IBAN
    own = PaymentSettings(creditor_iban="CH93 0076 2011 6238 5295 7")
    with pytest.raises(Exception, match="QR-IBAN"):
        own.clean()


def test_applicant_without_email_gets_the_bill_by_post_once():
    qr_account()
    charge = due_charge(email="")
    process.advance_case(charge.case_id)
    letter = Delivery.objects.for_subject(charge.case.subject).get(title="Facture")
    payment = Payment.objects.get()
    assert (payment.provider, payment.state) == ("qrbill", "pending")
    assert charge.case.reference in letter.payload["text"]
    assert letter.payload["slip"]["svg"].startswith("<?xml")
    assert payment.external_id in letter.payload["slip"]["alt"]


def test_paper_letters_contain_no_payment_link(clerk):
    def last(charge):
        return Delivery.objects.for_subject(charge.case.subject).order_by("created_at").last().payload["text"]

    PaymentSettings.objects.all().delete()
    asked = due_charge(email="")
    assert f"Payez à notre guichet\xa0: dites-nous la référence {asked.case.reference}" in last(asked)
    qr_account()
    billed = due_charge(email="")
    charges.extend_term(actor=UserFactory(), charge=billed, until=timezone.now() + timedelta(days=60))
    assert "avec la facture que nous vous avons postée" in last(billed)
    read(clerk, entry(billed.basket.payments.get().external_id))
    assert "Cette lettre est votre quittance." in last(billed)
    for charge in (asked, billed):
        assert charge.basket.secret not in "".join(
            one.payload["text"] for one in Delivery.objects.for_subject(charge.case.subject)
        )


@pytest.mark.parametrize("way", ["to print", "printed", "posted"])
def test_unposted_bill_is_withdrawn_once_nothing_is_due(way):
    """Withdraw the bill, or the applicant who paid at the counter would get it days later."""
    qr_account()
    charge = due_charge(email="")
    process.advance_case(charge.case_id)
    bills = Delivery.objects.for_subject(charge.case.subject).filter(title="Facture")
    bills.update(recipient="Élodie Marchetti, 1199 Orvenay")
    if way != "to print":
        letters.take_print_batch(actor=UserFactory(), wanted=bills)
    if way == "posted":
        letters.mark_posted(actor=UserFactory(), wanted=bills, numbers={})
    provider_calls.poll_payment(Payment.objects.get().pk)
    assert bills.get().state != "skipped"  # it is still due
    charges.waive_charge(actor=UserFactory(), charge=charge, reason="Payé au guichet.")
    provider_calls.poll_payment(Payment.objects.get().pk)
    assert bills.get().state == ("done" if way == "posted" else "skipped")


def test_bill_is_not_posted_with_email_or_without_qr_iban():
    due_charge(email="")
    qr_account()
    due_charge()
    assert not Delivery.objects.filter(title="Facture").exists()


# -- Received payments ---------------------------------------------------------------------------------------
def test_bank_entry_is_counted_once_across_files(clerk):
    charge = due_charge()
    payment = begun(charge, "qrbill")
    one = entry(payment.external_id)
    assert [read(clerk, one), read(clerk, one), read(clerk, one, number="2")] == [1, 0, 0]
    charge.refresh_from_db()
    assert (charge.state, charge.paid) == (ChargeState.PAID, 3000)
    assert BankEntry.objects.get().outcome == "counted"
    assert list(ledger.ledger_errors()) == []


def test_unposted_bill_paid_by_transfer_is_withdrawn(clerk):
    """Pay the bill before it is posted, which is possible because the status page shows its reference."""
    qr_account()
    whole, partly = due_charge(email=""), due_charge(email="")
    bills = {
        one: Delivery.objects.for_subject(one.case.subject).filter(title="Facture") for one in (whole, partly)
    }
    first, second = (one.basket.payments.get().external_id for one in (whole, partly))
    read(clerk, entry(first), entry(second, "10.00", mark="2"))
    assert bills[whole].get().state == "skipped"
    assert bills[partly].get().state != "skipped"  # a part is unallocated: the whole is still due


def test_partial_double_or_unknown_payment_is_unallocated(clerk):
    partly, twice = due_charge(), due_charge()
    first, second = begun(partly, "qrbill"), begun(twice, "qrbill")
    read(
        clerk,
        entry(first.external_id, "10.00", mark="1"),
        entry(second.external_id, mark="2"),
        entry(second.external_id, mark="3"),
        entry("000000000000000000000000000", "12.50", mark="4"),
        entry("", "1.00", mark="5"),
        entry(second.external_id, mark="6", sign="DBIT"),
    )
    kept = {one.why: one for one in UnallocatedPayment.objects.all()}
    assert set(kept) == {"amount", "double", "unknown"}
    assert (kept["amount"].amount, kept["double"].amount) == (1000, 3000)
    assert UnallocatedPayment.objects.filter(why="unknown").count() == 2
    assert Charge.objects.get(pk=twice.pk).paid == 3000
    assert Charge.objects.get(pk=partly.pk).paid == 0
    assert list(ledger.ledger_errors()) == []


def test_invalid_or_malicious_bank_file_is_refused(client, clerk):
    client.force_login(clerk)
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>'
    )
    wrong = bank_file(entry("1", "ten francs"))
    for content in (b"", b"\x00\xff", b"<a>", b"<Document/>", bomb, wrong, b"[]"):
        upload = SimpleUploadedFile("camt.xml", content or b" ", "text/xml")
        answer = client.post(reverse("money:bank"), {"file": upload})
        assert answer.status_code == 422
        assert "Rien n’a été comptabilisé" in answer.content.decode()
    assert not BankEntry.objects.exists()


def test_bookkeeper_imports_a_bank_file(client, clerk):
    payment = begun(due_charge(), "qrbill")
    client.force_login(clerk)
    upload = SimpleUploadedFile("camt.xml", bank_file(entry(payment.external_id)), "text/xml")
    page = client.post(reverse("money:bank"), {"file": upload}, follow=True).content.decode()
    assert "Élodie Marchetti" in page
    assert payment.external_id in page
    assert "Une nouvelle écriture est lue." in page
    upload = SimpleUploadedFile("copie.xml", bank_file(entry(payment.external_id)), "text/xml")
    again = client.post(reverse("money:bank"), {"file": upload}, follow=True).text
    assert "Rien de nouveau" in again


@pytest.mark.parametrize(("reference", "amount"), [("", "12.00"), ("210000000003139471430009017", "30.00")])
def test_unallocated_payment_shows_payer_and_date(client, clerk, reference, amount):
    payment = begun(due_charge(), "qrbill")
    client.force_login(clerk)
    actions.import_bank_file(
        actor=clerk, name="camt.xml", content=bank_file(entry(reference or payment.external_id, amount))
    )
    page = client.get(reverse("money:aside")).text
    assert "Élodie Marchetti" in page
    assert "24.11.2026" in page


def test_amounts_are_parsed_to_the_coin():
    _message, [one] = camt054.parse_camt054(bank_file(entry("1", "1234.05")))
    assert one.amount == Decimal("123405")
    assert one.day <= timezone.localdate() or one.day.year == 2026


@pytest.mark.parametrize(
    "amount", ["Infinity", "NaN", "-30.00", "30.005", "99999999999.00", "1e99", "", "30.00 CHF"]
)
def test_invalid_amount_refuses_the_whole_file(client, clerk, amount):
    payment = begun(due_charge(), "qrbill")
    client.force_login(clerk)
    content = bank_file(entry(payment.external_id), entry(payment.external_id, amount, mark="2"))
    upload = SimpleUploadedFile("camt.xml", content, "text/xml")
    assert client.post(reverse("money:bank"), {"file": upload}).status_code == 422
    assert (BankEntry.objects.count(), Charge.objects.get().paid) == (0, 0)


def with_status(written: str, status: str) -> str:
    return written.replace("<BookgDt>", f"<Sts>{status}</Sts><BookgDt>", 1)


def test_only_booked_credits_are_received(clerk):
    charge = due_charge()
    reference = begun(charge, "qrbill").external_id
    read(
        clerk,
        with_status(entry(reference, mark="1"), "PDNG"),
        with_status(entry(reference, mark="2"), "<Cd>INFO</Cd>"),
        entry(reference, "0.00", mark="3"),
        entry(reference, mark="4").replace("<RvslInd>false<", "<RvslInd>1<"),
    )
    assert (BankEntry.objects.count(), Payment.objects.received().count()) == (0, 0)
    booked = with_status(entry(reference, mark="5"), "<Cd>BOOK</Cd>")
    assert read(clerk, booked, with_status(entry("", mark="6"), "BOOK"), number="2") == 2
    charge.refresh_from_db()
    assert charge.paid == 3000
    assert list(ledger.ledger_errors()) == []


def collected(*references: str, total="60.00", each="") -> str:
    """Return one entry for several payments.

    ``each``: the amount stated by every one of them.
    """
    amount = f'<Amt Ccy="CHF">{each}</Amt>' if each else ""
    one = "<TxDtls>{}<RmtInf><Strd><CdtrRefInf><Ref>{}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    details = "".join(one.format(amount, reference) for reference in references)
    whole = entry(amount=total)
    before, rest = whole.split("<TxDtls>")
    return before + details + rest.rpartition("</TxDtls>")[2]


def test_collective_entry_needs_an_amount_per_payment(client, clerk):
    first, second = (begun(due_charge(), "qrbill").external_id for _time in range(2))
    client.force_login(clerk)
    silent = SimpleUploadedFile("camt.xml", bank_file(collected(first, second)), "text/xml")
    assert client.post(reverse("money:bank"), {"file": silent}).status_code == 422
    assert not BankEntry.objects.exists()
    assert read(clerk, collected(first, second, each="30.00")) == 2
    assert [charge.paid for charge in Charge.objects.all()] == [3000, 3000]


def test_long_town_name_fits_on_the_bill(client, clerk):
    commune = CommuneSettings.load()
    commune.town = "Saint-Barthélemy-au-Bord-du-Lac-de-la-Grande-Forêt"
    commune.save()
    charge = due_charge()
    payment = begun(charge, "qrbill")
    assert "CH-1188 Saint-Barthélemy-au-Bord-du-Lac-de-" in " ".join(drawn(payment))
    assert client.get(reverse("payments:bill", args=[charge.basket.secret, payment.pk])).status_code == 200
