"""The database constraint against taking a piece twice, and its survival when migrations rebuild the table."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from eservices.bookings.models import BookedPiece
from tests.factories.bookings import booking, resource

APP = "eservices_bookings"
GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = %s::regclass",
}


def guards() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS[connection.vendor], [BookedPiece._meta.db_table])
        return {name for (name,) in cursor.fetchall()}


def assert_taken_once(piece: BookedPiece) -> None:
    """Check that neither a new row nor a moved one can overlap another of the same piece."""
    hour = timedelta(hours=1)
    again = {"booking": piece.booking, "unit": piece.unit, "number": piece.number}
    over = {"starts_at": piece.starts_at + hour, "ends_at": piece.ends_at + hour}
    with pytest.raises(IntegrityError, match="never_twice"), transaction.atomic():
        BookedPiece.objects.create(**again, **over)
    later = BookedPiece.objects.create(**again, starts_at=piece.ends_at, ends_at=piece.ends_at + hour)
    with pytest.raises(IntegrityError, match="never_twice"), transaction.atomic():
        BookedPiece.objects.filter(pk=later.pk).update(starts_at=piece.starts_at)
    later.delete()


@pytest.mark.usefixtures("transactional_db")
def test_table_rebuild_of_a_migration_keeps_the_constraint():
    day = timezone.localdate() + timedelta(days=1)
    piece = booking(resource(), f"{day}T10:00", f"{day}T12:00").pieces.get()
    there = guards()
    assert there
    assert_taken_once(piece)
    state = ProjectState.from_apps(apps)
    for field in (models.IntegerField(), BookedPiece._meta.get_field("number").clone()):  # there and back
        change = migrations.AlterField("bookedpiece", "number", field)
        old, state = state, state.clone()
        change.state_forwards(APP, state)
        with connection.schema_editor() as editor:
            change.database_forwards(APP, editor, old, state)
        assert guards() == there
        assert_taken_once(piece)
