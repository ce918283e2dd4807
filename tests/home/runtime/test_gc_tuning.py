"""What a process that runs for days does with Python's collector of garbage."""

import gc

from home.runtime.gc_tuning import freeze_loaded_objects


def test_what_is_loaded_is_looked_through_no_more():
    marker = {"loaded": []}
    freeze_loaded_objects()
    assert all(one is not marker for one in gc.get_objects())
    assert gc.get_freeze_count() > 1_000


def test_it_collects_about_once_in_a_request(monkeypatch):
    asked = []
    monkeypatch.setattr(gc, "set_threshold", lambda *numbers: asked.append(numbers))
    freeze_loaded_objects()
    assert asked == [(10_000, *gc.get_threshold()[1:])]
