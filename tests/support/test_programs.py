"""Missing programs: a test that needs one is skipped, but fails in CI."""

import pytest

from tests.support import programs


@pytest.mark.parametrize(("everything", "ends"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_a_missing_program_skips_a_test_and_in_ci_fails_it(monkeypatch, everything, ends):
    monkeypatch.setenv("COMMUNE_REQUIRE_ALL", everything)
    programs.needs("sh")
    with pytest.raises(ends, match="no-such-program"):
        programs.needs("no-such-program")


def test_a_server_is_asked_where_one_is_named_and_in_ci_always(monkeypatch):
    monkeypatch.setenv("COMMUNE_REQUIRE_ALL", "")
    monkeypatch.delenv("TEST_SOME_URL", raising=False)
    assert not programs.is_asked("TEST_SOME_URL")
    monkeypatch.setenv("TEST_SOME_URL", "http://127.0.0.1:1")
    assert programs.is_asked("TEST_SOME_URL")
    monkeypatch.delenv("TEST_SOME_URL")
    monkeypatch.setenv("COMMUNE_REQUIRE_ALL", "1")
    assert programs.is_asked("TEST_SOME_URL")
