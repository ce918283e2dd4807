"""Garbage collection in processes that run for days."""

import gc

from home.runtime.gc_tuning import freeze_loaded_objects


def test_loaded_objects_are_excluded_from_collection():
    marker = {"loaded": []}
    freeze_loaded_objects()
    assert all(one is not marker for one in gc.get_objects())
    assert gc.get_freeze_count() > 1_000


def test_collection_threshold_is_about_one_per_request(monkeypatch):
    asked = []
    monkeypatch.setattr(gc, "set_threshold", lambda *numbers: asked.append(numbers))
    freeze_loaded_objects()
    assert asked == [(10_000, *gc.get_threshold()[1:])]
