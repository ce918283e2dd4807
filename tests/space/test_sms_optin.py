"""An applicant who gave a number chooses to be told by SMS too, on the page of the request."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.submissions.models import Submission
from tests.factories.cases import CaseFactory, member

pytestmark = pytest.mark.django_db


def page(case: Case, name: str) -> str:
    return reverse(f"space:status{name}", args=[case.links.get(mailed=True).secret])


def texts(case: Case) -> list[str]:
    return [one.payload["text"] for one in Delivery.objects.for_subject(case.subject).filter(carrier="sms")]


def test_who_chose_it_gets_an_sms_whenever_we_write_until_it_is_taken_back(client):
    case = CaseFactory()
    Submission.objects.update(phone="+41790004210")
    assert "079 000 42 10" in client.get(page(case, "")).text
    for _twice in range(2):
        client.post(page(case, "_sms"), {"wanted": "1"})
    actions.send_message(actor=member(), case=case, text="Un secret")
    [text] = texts(case)
    assert case.reference in text
    assert "secret" not in text
    client.post(page(case, "_sms"))
    actions.send_message(actor=member(), case=case, text="Encore")
    assert len(texts(case)) == 1
    kinds = case.events.values_list("kind", flat=True)
    assert [kind for kind in kinds if kind.startswith("sms")] == ["sms_chosen", "sms_declined"]


@pytest.mark.parametrize(
    ("now", "rings"),  # in UTC, and on the clock of the commune
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), "2026-12-01 08:00"),  # when the term of a question ends
        (datetime(2026, 12, 1, 6, 59, tzinfo=UTC), "2026-12-01 08:00"),
        (datetime(2026, 12, 1, 7, tzinfo=UTC), "2026-12-01 08:00"),
        (datetime(2026, 12, 1, 18, 59, tzinfo=UTC), "2026-12-01 19:59"),
    ],
)
def test_no_telephone_rings_in_the_night(now, rings):
    case = CaseFactory(by_sms=True)
    Submission.objects.update(phone="+41790004210")
    with time_machine.travel(now, tick=False):
        actions.send_message(actor=member(), case=Case.objects.get(pk=case.pk), text="Bonsoir")
    mail, sms = Delivery.objects.for_subject(case.subject).order_by("carrier").filter(created_at=now)
    assert mail.due_at == now
    assert f"{timezone.localtime(sms.due_at):%Y-%m-%d %H:%M}" == rings


@pytest.mark.parametrize("number", ["", "+41210004210", "+41900123456"])
def test_without_a_mobile_number_there_is_no_sms_to_choose(client, number):
    case = CaseFactory()
    Submission.objects.update(phone=number)
    assert page(case, "_sms") not in client.get(page(case, "")).text
    assert client.post(page(case, "_sms"), {"wanted": "1"}).status_code == 422
    assert not Case.objects.get(pk=case.pk).by_sms
