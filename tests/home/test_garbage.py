"""What a process that runs for days does with Python's collector of garbage."""

import gc

from home.garbage import keep_what_is_loaded


def test_what_is_loaded_is_looked_through_no_more():
    marker = {"loaded": []}
    keep_what_is_loaded()
    assert all(one is not marker for one in gc.get_objects())
    assert gc.get_freeze_count() > 1_000
