"""Exports of the journal: each entry once, in any order of payments, refunds, corrections and closings."""

import csv
import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import ModelLogEntry

from eservices.connectors.accounting import actions, checks, jobs
from eservices.connectors.accounting.models import ExportedRow, LedgerExport, LedgerLayout
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from eservices.payments import ledger
from eservices.payments.actions import refunds
from eservices.payments.models import Allocation, DayClosing, JournalRow
from eservices.payments.provider_calls import run_refund
from tests.factories.accounts import UserFactory
from tests.factories.cases import member
from tests.factories.payments import due_charge, paid

pytestmark = pytest.mark.django_db
INDEX = reverse("accounting:index")


def post(amount: int = 1500, **fields) -> None:
    entry = {"debit": "1010.20", "credit": "4310.00", "currency": "CHF", "text": "ORV-26-00042"} | fields
    with transaction.atomic():
        ledger.post_entry("payment", amount=amount, **entry)


def close(days: int = 1) -> None:
    ledger.close_days(timezone.now() + timedelta(days=days))


def lay_out(**fields) -> LedgerLayout:
    own = LedgerLayout.load()
    for name, value in fields.items():
        setattr(own, name, value)
    own.full_clean()
    own.save()
    return own


def balances(exports) -> dict[str, int]:
    """Return the balance of each account by the lines of the files."""
    found = Counter[str]()
    for export in exports:
        text = export.file_content().decode("utf-8-sig")
        for line in csv.DictReader(io.StringIO(text), delimiter=";"):
            amount = int(Decimal(line["amount"]) * 100)
            found[line["debit"]] += amount
            found[line["credit"]] -= amount
    return {account: amount for account, amount in found.items() if amount}


@pytest.fixture
def accountant(client):
    accountant = UserFactory(is_staff=True, roles=["cashiers"])
    client.force_login(accountant)
    return accountant


def test_entries_of_closed_days_are_exported_once():
    post()
    with pytest.raises(actions.ExportRefused):
        actions.export_rows(actor=None)  # the day is open
    close()
    export = actions.export_rows(actor=None)
    assert (export.file_name, export.rows, export.sums) == ("journal-00001.csv", 1, {"CHF": 1500})
    with pytest.raises(actions.ExportRefused):
        actions.export_rows(actor=None)
    other = LedgerExport.objects.create(
        number=2, first_day=export.first_day, last_day=export.last_day, rows=1, content=""
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportedRow.objects.create(row=JournalRow.objects.get(), export=other)


ENTRIES = st.tuples(
    st.sampled_from(["1010.20", "1000.00", "2006.00"]),
    st.sampled_from(["4310.00", "4210.00", "3130.10"]),
    st.integers(-99_999, 99_999),
)
STEPS = st.lists(
    st.one_of(ENTRIES, st.sampled_from(["close", "export", "again", "confirm", "refuse"])), max_size=25
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_exports_each_entry_once_and_balances(steps):
    with transaction.atomic():
        _walk(steps)
        close(60)
        if actions.waiting_rows().exists():
            actions.export_rows(actor=None)
        exports = LedgerExport.objects.order_by("number")
        assert JournalRow.objects.filter(exported=None).count() == 0
        assert ExportedRow.objects.count() == JournalRow.objects.count() == sum(one.rows for one in exports)
        journal = ledger.account_balances(JournalRow.objects.all()).get("CHF", {})
        assert balances(exports) == {account: amount for account, amount in journal.items() if amount}
        assert [one.number for one in exports] == list(range(1, len(exports) + 1))
        transaction.set_rollback(True)


def _walk(steps) -> None:
    days, now = 0, timezone.now()
    for step in steps:
        last = LedgerExport.objects.first()
        with time_machine.travel(now + timedelta(days=days)):
            try:
                if isinstance(step, tuple):
                    debit, credit, amount = step
                    post(amount, debit=debit, credit=credit)
                elif step == "close":
                    days += 1
                    close()
                elif step == "export":
                    actions.export_rows(actor=None)
                elif step == "again" and last:
                    actions.write_again(actor=None, export=last)
                elif last:
                    actions.answer_export(
                        actor=None, export=last, accepted=step == "confirm", reason="Compte inconnu."
                    )
            except actions.ExportRefused:
                continue


def test_payment_and_refund_reach_the_accounting():
    charge = due_charge()
    paid(charge)
    share = Allocation.objects.get(charge=charge)
    run_refund(refunds.request_refund(actor=member(), allocation=share, amount=1000, reason="Trop.").pk)
    close()
    export = actions.export_rows(actor=None)
    journal = ledger.account_balances(JournalRow.objects.all())["CHF"]
    assert export.rows == JournalRow.objects.count() > 1
    assert balances([export]) == {account: amount for account, amount in journal.items() if amount}
    assert list(ledger.ledger_errors()) == []


@pytest.mark.parametrize(("schedule", "files"), [("hand", 0), ("daily", 1), ("closing", 2)])
def test_schedule_writes_files(schedule, files):
    lay_out(schedule=schedule)
    now = timezone.now()
    post()
    with time_machine.travel(now + timedelta(days=1)):
        post()
        close()
        jobs.export_on_schedule(timezone.now())
        jobs.export_on_schedule(timezone.now())
    assert LedgerExport.objects.count() == files
    assert sum(one.rows for one in LedgerExport.objects.all()) == (2 if files else 0)


def test_layout_that_cannot_write_leaves_all_waiting(client, accountant):
    lay_out(schedule="daily", encoding="iso-8859-1")
    post()
    post(text="Žižka")
    close()
    jobs.export_on_schedule(timezone.now())
    assert not LedgerExport.objects.exists()
    assert actions.waiting_rows().count() == 2
    assert "des caractères que le codage n’a pas" in client.get(INDEX).content.decode()
    lay_out(encoding="utf-8-sig")
    jobs.export_on_schedule(timezone.now())
    assert LedgerExport.objects.get().rows == 2
    assert LedgerLayout.load().fault == ""


def test_file_is_delivered_to_the_folder(settings, tmp_path):
    settings.ACCOUNTING_URL = f"directory:{tmp_path}"
    assert checks.check_place_accepts(None) == []
    post()
    close()
    export = actions.export_rows(actor=None)
    attempt_delivery(str(export.delivery_id))
    assert (tmp_path / "journal-00001.csv").read_bytes() == export.file_content()
    actions.answer_export(actor=None, export=export, accepted=False, reason="Compte inconnu.")
    again = actions.write_again(actor=None, export=export)
    attempt_delivery(str(again.delivery_id))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal-00001-2.csv", "journal-00001.csv"]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    settings.ACCOUNTING_URL = f"directory:{tmp_path}/journal-00001.csv"
    assert len(checks.check_place_accepts(None)) == 1


def test_bookkeeper_exports_downloads_and_confirms(client, accountant):
    post()
    close()
    assert "ORV-26-00042" in client.get(INDEX).content.decode()  # the preview
    assert client.post(reverse("accounting:export_now")).status_code == 302
    page = reverse("accounting:export", args=[1])
    file = client.get(reverse("accounting:download", args=[1]))
    assert file.content == LedgerExport.objects.get().file_content()
    assert "journal-00001.csv" in file["Content-Disposition"]
    assert client.post(page, {"answer": "refused"}).status_code == 422
    assert client.post(page, {"answer": "refused", "reason": "Compte inconnu."}).status_code == 302
    client.post(reverse("accounting:write_again", args=[1]))
    assert client.post(page, {"answer": "accepted", "reference": "4711"}).status_code == 302
    assert client.post(page, {"answer": "refused", "reason": "Trop tard."}).status_code == 422
    client.post(reverse("accounting:write_again", args=[1]))
    export = LedgerExport.objects.get()
    assert (export.state, export.version, export.reference) == ("confirmed", 2, "4711")
    logged = ModelLogEntry.objects.filter(action="accounting.export").order_by("pk")
    assert [one.data["what"] for one in logged] == ["exported", "refused", "written_again", "confirmed"]
    assert "4711" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("content", "status", "state"),
    [
        ("journal-00001.csv;ok;4711\r\n", 302, "confirmed"),
        ("fichier;état\r\njournal-00001.csv;refusé;;Compte inconnu\r\n", 302, "refused"),
        ("journal-00001.csv;ok\r\njournal-00009.csv;ok\r\n", 422, "written"),
        ("journal-00001.csv;ok\r\nnothing\r\n", 422, "written"),
        ("fichier;état\r\n", 422, "written"),
        ("", 422, "written"),
        ("\0\0", 422, "written"),
    ],
)
def test_receipt_file_answers_all_or_nothing(client, accountant, content, status, state):
    post()
    close()
    actions.export_rows(actor=None)
    file = SimpleUploadedFile("receipts.csv", content.encode(), "text/csv")
    assert client.post(INDEX, {"file": file}).status_code == status
    assert LedgerExport.objects.get().state == state


def test_layout_needs_columns_and_widths(client, accountant):
    url = reverse(
        "wagtailsettings:edit", args=["eservices_accounting", "ledgerlayout", LedgerLayout.load().pk]
    )
    assert client.get(url).status_code == 200
    with pytest.raises(ValidationError, match="largeur"):
        lay_out(format="fixed")
    with pytest.raises(ValidationError, match="colonne"):
        lay_out(columns=[])


def test_others_are_not_let_in(client):
    client.force_login(member())
    for url in (INDEX, reverse("accounting:export", args=[1]), reverse("accounting:download", args=[1])):
        assert client.get(url).status_code == 404
    assert client.post(reverse("accounting:export_now")).status_code == 404


def test_export_costs_few_queries(django_assert_max_num_queries):
    for _entry in range(20):
        post()
    close()
    LedgerLayout.load()
    with django_assert_max_num_queries(25):
        actions.export_rows(actor=None)
    assert DayClosing.objects.count() == 1
