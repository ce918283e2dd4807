"""Open transactions of other sessions."""

from contextlib import closing

import pytest
from django.db import connection

from home.runtime.open_transactions import oldest_writing_transaction


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one transaction after the other")
@pytest.mark.parametrize(("does", "found"), [("SELECT 1", False), ("SELECT pg_current_xact_id()", True)])
def test_only_a_transaction_that_writes_is_found(does, found):
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT now()")
            [began] = cursor.fetchone()
            cursor.execute(does)
            oldest = oldest_writing_transaction()
        other.rollback()
    assert (oldest is not None and oldest <= began) is found
