"""Error messages that are stored for staff."""

from django.db import IntegrityError

from home.web.error_messages import describe_fault


def test_stored_fault_of_the_database_has_no_values():
    said = 'null value in column "x"\nDETAIL:  Failing row contains (1, Marchetti, 1988-04-17).\nHINT:  Marchetti'
    assert describe_fault(IntegrityError(said)) == 'IntegrityError: null value in column "x"'


def test_stored_fault_of_a_program_keeps_all_lines():
    assert describe_fault(RuntimeError("a\nb")) == "RuntimeError: a\nb"
    assert describe_fault(RuntimeError()) == "RuntimeError: "
