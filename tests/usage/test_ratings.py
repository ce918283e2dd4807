"""Satisfaction after a request: one click on the status page, an optional text, and nothing that names the request."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.usage import actions
from eservices.usage.models import RequestRating
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, applicant

pytestmark = pytest.mark.django_db
QUESTION = "Le traitement de votre demande vous a-t-il donné satisfaction"


@pytest.fixture(scope="module")
def made(module_db):
    return CaseFactory(accepted=True)


@pytest.fixture
def case(made, db) -> Case:
    return Case.objects.get(pk=made.pk)


def pages(case) -> tuple[str, str]:
    """Return the addresses of the status page and of the rating, by the e-mailed link."""
    secret = case.links.filter(mailed=True).first().secret
    return reverse("space:status", args=[secret]), reverse("space:status_rating", args=[secret])


def test_request_is_rated_by_one_click_and_a_text_may_follow(client, case):
    status, rating = pages(case)
    assert QUESTION in client.get(status).text
    asked = client.post(rating, {"rating": "2"})
    assert asked.url == rating
    assert 'name="rating" value="2"' in client.get(rating).text
    assert QUESTION not in client.get(status).text  # answered
    assert client.post(rating, {"rating": "2", "text": "Trop long"}).url == status
    saved = RequestRating.objects.get()
    assert (saved.form, saved.rating, saved.text) == (case.form, RequestRating.Rating.PARTLY, "Trop long")
    row = str(RequestRating.objects.values().get())
    assert case.reference not in row
    assert case.pk.hex not in row.replace("-", "")


def test_last_letter_leads_to_rating_and_receipt_does_not(case):
    letters = Delivery.objects.for_subject(case.subject).order_by("created_at", "pk")
    receipt, accepted = (one.payload["text"] for one in letters)
    status, _rating = pages(case)
    assert f"{status}#satisfaction" in accepted
    assert "#satisfaction" not in receipt


def test_signed_in_applicant_rates_own_request_only(client):
    owner = UserFactory()
    case = CaseFactory(user=owner, accepted=True)
    address = reverse("space:case_rating", args=[case.reference])
    client.force_login(UserFactory())
    assert client.post(address, {"rating": "3"}).status_code == 404
    client.force_login(owner)
    assert client.post(address, {"rating": "3"}).status_code == 302
    assert RequestRating.objects.get().rating == 3


@pytest.mark.parametrize("situation", ["taken", "withdrawn"])
def test_open_or_withdrawn_request_is_not_rated(client, situation):
    case = CaseFactory(**{situation: True})
    status, rating = pages(case)
    assert QUESTION not in client.get(status).text
    assert client.post(rating, {"rating": "3"}).status_code == 422
    assert not RequestRating.objects.exists()


def test_request_is_rated_within_a_month_only(client, case):
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=30))
    status, rating = pages(case)
    assert QUESTION not in client.get(status).text
    assert client.post(rating, {"rating": "3"}).status_code == 422


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"rating": "4"},
        {"rating": "x"},
        {"rating": "3", "text": "x" * 1001},
        {"rating": "3", "text": "\x00"},
    ],
)
def test_invalid_rating_is_refused(client, case, typed):
    assert client.post(pages(case)[1], typed).status_code == 422
    assert not RequestRating.objects.exists()


def test_rating_page_before_a_rating_leads_to_the_request(client, case):
    status, rating = pages(case)
    assert client.get(rating).url == status


def test_erased_case_leaves_a_rating_without_text(case):
    actions.rate_request(actor=applicant(case), case=case, rating=1, text="Marchetti attend")
    actions.erase_rating(case=case)
    saved = RequestRating.objects.get()
    assert (saved.rating, saved.text, saved.who) == (1, "", "")


def test_text_is_erased_with_a_case_that_is_erased_late(case):
    actions.rate_request(actor=applicant(case), case=case, rating=1, text="Marchetti attend")
    actions.delete_old_usage(now=timezone.now() + timedelta(days=200))
    actions.erase_rating(case=case)
    assert RequestRating.objects.get().text == ""


def test_rating_without_a_text_loses_its_hash_after_a_month(case):
    actions.rate_request(actor=applicant(case), case=case, rating=1)
    for days, who in ((30, True), (31, False)):
        actions.delete_old_usage(now=timezone.now() + timedelta(days=days))
        assert bool(RequestRating.objects.get().who) == who


def test_ratings_with_a_text_lose_both_then_are_deleted(case):
    actions.rate_request(actor=applicant(case), case=case, rating=1, text="Trop long")
    now = timezone.now()
    for days, who, text in ((30, True, True), (31, True, True), (366, False, False)):
        actions.delete_old_usage(now=now + timedelta(days=days))
        saved = RequestRating.objects.get()
        assert (bool(saved.who), bool(saved.text)) == (who, text)
    actions.delete_old_usage(now=now + timedelta(days=3 * 365 + 1))
    assert not RequestRating.objects.exists()
