"""Secrets and personal data in log lines and tracebacks: masked."""

import logging
import sys

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from eservices.deliveries.models import Delivery
from mysite.log_filters import MaskSecrets, mask_message

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite shows no values")
MARK = "Zqmarked"


def logged(fault: Exception, message: str = "It failed", *args) -> str:
    """Return the lines that are logged of an exception."""
    record = logging.LogRecord(
        "cases", logging.ERROR, "", 1, message, args, (type(fault), fault, fault.__traceback__)
    )
    return logging.Formatter("%(message)s").format(MaskSecrets().filter(record))


def raised(act, kind: type[Exception]) -> Exception:
    with pytest.raises(kind) as caught:
        act()
    return caught.value


@on_postgresql
@pytest.mark.django_db
def test_log_hides_the_refused_row_of_postgresql():
    def store():
        with transaction.atomic():
            Delivery.objects.create(
                carrier="email", recipient=f"{MARK}\nHINT: {MARK}", title=MARK, state=None
            )

    said = logged(fault := raised(store, IntegrityError), "Refused: %s", fault)
    assert "null value in column" in said
    assert "Failing row contains" in str(fault)
    assert MARK not in said


@on_postgresql
@pytest.mark.django_db
def test_log_hides_the_value_of_postgresql():
    def find():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [MARK])

    fault = raised(find, DataError)
    assert MARK in str(fault)
    assert MARK not in logged(fault)


@pytest.mark.parametrize(
    "text",
    [
        f'null value in column "x"\nDETAIL:  Failing row contains (1, {MARK}, 2).',
        f'duplicate key value violates unique constraint "x"\nDETAIL:  Key (email)=({MARK}) already exists.',
    ],
    ids=["row", "key"],
)
def test_log_hides_details_without_their_exception(text):
    """Text of an exception that was logged as text."""
    assert MARK not in mask_message(text)
    assert text.split("\n")[0] in mask_message(text)


@pytest.mark.parametrize(
    "act",
    [lambda: int(MARK), lambda: f"{MARK}é".encode("ascii"), lambda: _refuse(f"“{MARK}” is no date.")],
    ids=["number", "encoding", "validation"],
)
def test_log_hides_the_value_that_an_exception_quotes(act):
    said = logged(raised(act, ValueError))
    assert MARK not in said
    assert "Traceback" in said


def _refuse(text: str):
    try:
        raise ValidationError(text)
    except ValidationError as fault:
        raise ValueError("refused") from fault


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Refused: marie.zq@example.org.", "Refused: …."),
        ("{'marie.zq@example.org': (550, b'unknown')}", "{'…': (550, b'unknown')}"),
        ("postgres://commune:secret@db.example/commune", "postgres://commune:…/commune"),
        ("SMS to +41 79 555 12 34 failed", "SMS to … failed"),
        ("756.1234.5678.97", "…"),
        ("CH93 0076 2011 6238 5295 7", "…"),
        (
            "Audit anchor 7 2026-11-25T08:00:00Z " + "0a" * 32,
            "Audit anchor 7 2026-11-25T08:00:00Z " + "0a" * 32,
        ),
        (
            "[2026-11-25 08:00:00 +0000] [97] [INFO] Booting",
            "[2026-11-25 08:00:00 +0000] [97] [INFO] Booting",
        ),
        ("    @transaction.atomic", "    @transaction.atomic"),
    ],
)
def test_log_masks_personal_data_and_nothing_else(text, masked):
    assert mask_message(text) == masked


def test_unmasked_record_is_left_to_other_handlers():
    try:
        int(MARK)
    except ValueError:
        record = logging.LogRecord("cases", logging.ERROR, "", 1, "%s", ("/remis/abc/",), sys.exc_info())
    MaskSecrets().filter(record)
    assert record.getMessage() == "/remis/abc/"
    assert not record.exc_text
