"""The books and the bookings through the API."""

import pytest

from eservices.api.scopes import Scope
from eservices.cases.models import Case
from eservices.payments.models import JournalRow
from tests.factories.api import ApiClient, make_token
from tests.factories.bookings import booking, hall
from tests.factories.cases import CaseFactory
from tests.factories.payments import due_charge, entry, paid

pytestmark = pytest.mark.django_db
LISTS = [
    ("journal", Scope.BOOKS_READ),
    ("payments", Scope.BOOKS_READ),
    ("bookings", Scope.BOOKINGS_READ),
]


def follow(program: ApiClient, name: str) -> list[dict]:
    """Return all rows of a list that is followed, asked one page at a time."""
    found, cursor, more = [], "", True
    while more:
        page = program.get(f"/api/v1/{name}", {"cursor": cursor} if cursor else {}).json()
        found += page["rows" if name == "journal" else name]
        cursor, more = page["next"], page["more"]
    assert program.get(f"/api/v1/{name}", {"cursor": cursor}).json()["more"] is False
    return found


def test_books_are_followed_to_the_end(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("eservices.api.list_data.PAGE", 2)
    entry()
    payments = [paid(due_charge()) for _ in range(3)]
    program = ApiClient(make_token(scopes=[Scope.BOOKS_READ])[1])
    rows = follow(program, "journal")
    assert [one["number"] for one in rows] == list(range(1, JournalRow.objects.count() + 1))
    told = follow(program, "payments")
    assert [one["receipt"] for one in told] == [one.receipt for one in payments]
    assert told[0]["amount"] == "30.00"
    [part] = told[0]["allocations"]
    assert part == {"case": Case.objects.order_by("opened_at").first().reference, "amount": "30.00"}
    with django_assert_max_num_queries(6):
        program.get("/api/v1/payments")


def test_bookings_of_the_services_are_listed_by_their_beginning(monkeypatch):
    monkeypatch.setattr("eservices.api.list_data.PAGE", 1)
    room, case = hall()[0], CaseFactory()
    program = ApiClient(make_token(case.form, scopes=[Scope.BOOKINGS_READ])[1])
    for day in ("03-10", "03-09", "03-08"):
        booking(room, f"2026-{day}T18:00", f"2026-{day}T20:00", submission=case.submission)
    booking(room, "2026-03-11T18:00", "2026-03-11T20:00")  # of the commune itself
    first = program.get("/api/v1/bookings", {"since": "2026-03-09"}).json()
    second = program.get("/api/v1/bookings", {"cursor": first["next"]}).json()
    starts = [one["starts_at"][:10] for one in (*first["bookings"], *second["bookings"])]
    assert (starts, second["next"]) == (["2026-03-09", "2026-03-10"], None)
    assert first["bookings"][0]["case"] == case.reference
    Case.objects.update(protected=True)
    assert program.get("/api/v1/bookings", {"since": "2026-03-09"}).json()["bookings"] == []


@pytest.mark.parametrize(("name", "scope"), LISTS)
def test_list_needs_its_scope_and_a_true_cursor(name, scope):
    _token, secret = make_token(scopes=set(Scope.values) - {scope})
    assert ApiClient(secret).get(f"/api/v1/{name}").status_code == 404
    program = ApiClient(make_token(scopes=[scope])[1])
    assert program.get(f"/api/v1/{name}").status_code == 200
    assert program.get(f"/api/v1/{name}", {"cursor": "forged"}).status_code == 400


@pytest.mark.parametrize(
    ("since", "status"), [("0001-01-01", 422), ("9999-12-31", 422), ("hier", 422), ("2026-01-01", 200)]
)
def test_bookings_begin_on_a_day_of_these_centuries(since, status):
    program = ApiClient(make_token(scopes=[Scope.BOOKINGS_READ])[1])
    assert program.get("/api/v1/bookings", {"since": since}).status_code == status
