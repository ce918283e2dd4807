"""What a process that runs for days does with Python's collector of garbage."""

import gc

from home.garbage import keep_what_is_loaded


def test_what_is_loaded_is_looked_through_no_more():
    marker = {"loaded": []}
    keep_what_is_loaded()
    assert all(one is not marker for one in gc.get_objects())
    assert gc.get_freeze_count() > 1_000


def test_it_collects_about_once_in_a_request(monkeypatch):
    asked = []
    monkeypatch.setattr(gc, "set_threshold", lambda *numbers: asked.append(numbers))
    keep_what_is_loaded()
    assert asked == [(10_000, *gc.get_threshold()[1:])]
