"""Walkthrough: the pages and e-mails of a hall booking show the amounts that are charged and refunded."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from eservices.bookings.models import Booking
from eservices.cases import process
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.payments import receipt_pdf
from eservices.payments.models import Charge, Payment, Refund
from eservices.submissions.models import Draft
from tests.factories.bookings import rate, resource
from tests.factories.cases import TeamFactory
from tests.factories.formbuilder import content, question, step
from tests.factories.payments import PAYMENT, entry, paid
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db

START = "/demande/salle/"
EVENING = {
    "quand-resource": "salle",
    "quand-from": "2026-03-21T18:00+01:00",  # a Saturday
    "quand-to": "2026-03-21T22:00+01:00",
    "courriel": "ada@courriel.example",
}
PRICE, DEPOSIT = "CHF 300.–", "CHF 200.–"
TOTAL, LATER = "CHF 500.–", "CHF 350.–"


@pytest.fixture(autouse=True)
def _hall(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()), tick=False)
    TeamFactory()
    entry("salle", 18_000), entry("week-end", 6_000), entry("nettoyage", 6_000)
    entry("caution", 20_000, account="2000.00")
    resource(
        rates=[
            rate("salle"),
            rate("week-end", what="weekend", days=["5", "6"]),
            rate("nettoyage", what="cleaning"),
            rate("caution", deposit=True),
        ],
        refunds=[
            {"type": "step", "value": {"days": 14, "percent": 100}},
            {"type": "step", "value": {"days": 0, "percent": 50}},
        ],
    )
    asked = question("quand", "booking", required=True, settings={"resources": ["salle"]})
    made = content(
        step("reserver", asked, question("courriel", "email", required=True)),
        slug="salle",
        stages=[PAYMENT, {"key": "reserver", "type": "booking"}],
        settings={"team": "habitants", "days": 3, "applicant": {"email": "courriel", "name": []}},
    )
    FormVersionFactory(form__slug="salle", content=made)


def read(response) -> str:
    return plain(response.text)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def letter(title: str) -> str:
    return plain(Delivery.objects.get(title__startswith=title).payload["text"])


def test_amounts_shown_before_are_those_asked_after(client, time_machine):
    picker = read(client.post(START, EVENING | {"quand-go": "price", "quand-live": "1"}))
    assert f"{PRICE}, plus une caution de {DEPOSIT}" in picker
    assert "Caution, remboursée après le retour" in picker

    client.post(START, EVENING)
    draft = f"/demande/d/{Draft.objects.get().secret}/"
    review = read(client.get(f"{draft}verifier/"))
    for page in (picker, review):
        assert f"Dont {DEPOSIT} de caution, qui vous seront remboursés" in page
        assert f"au moins 14 jours avant : {TOTAL} vous sont remboursés" in page
        assert f"Annulée plus tard : {LATER} vous sont remboursés" in page
    assert f"<td>{TOTAL}</td>" in review

    client.post(f"{draft}envoyer/", {"declared": "on"})
    case = Case.objects.get()
    process.advance_case(case.pk)
    charge = Charge.objects.get()
    assert charge.amount == 50_000
    due = letter("À payer")
    assert TOTAL in due
    assert f"Dont {DEPOSIT} de caution : nous la remboursons après le retour" in due
    pay = read(client.get(f"/payer/{charge.basket.secret}/"))
    assert f"Payer {TOTAL}" in pay
    assert f"Dont {DEPOSIT} de caution, qui vous seront remboursés" in pay

    paid(charge)
    process.advance_case(case.pk)
    assert f"Dont {DEPOSIT} de caution" in letter("Quittance")
    assert DEPOSIT in plain(receipt_pdf.deposit_note([charge]))
    assert receipt_pdf.render_receipt(Payment.objects.get()).startswith(b"%PDF")
    assert f"au moins 14 jours avant : {TOTAL} vous sont remboursés" in letter(
        "Votre réservation est confirmée"
    )

    booking = Booking.objects.get()
    private = f"/dossier/{case.links.get(mailed=True).secret}/"
    cancel = f"{private}reservations/{booking.pk}/annuler/"
    now = read(client.get(cancel))
    assert f"Nous vous remboursons {TOTAL}" in now
    assert "après le 7 mars 2026, 18 h" in now
    assert LATER in now
    time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
    assert client.post(cancel, {"paid_back": 50_000}).status_code == 409
    client.post(cancel, {"paid_back": 35_000})
    assert sum(Refund.objects.values_list("amount", flat=True)) == 35_000
