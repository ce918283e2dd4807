"""No depth of calls costs more than another."""

import resource

import pytest

from home.runtime.stack_size import with_stack_size

TIMES = 300


def leaf():
    pass


def loop() -> int:
    """How often the system was asked for memory while something small was called."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _time in range(TIMES):
        leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def at(depth: int) -> int:
    return at(depth - 1) if depth else loop()


def test_a_loop_asks_for_memory_at_no_depth():
    assert max(with_stack_size(at)(depth) for depth in range(500)) < TIMES


def test_what_has_room_answers_and_fails_as_without():
    assert with_stack_size(divmod)(7, 2) == (3, 1)
    assert with_stack_size(sorted)([1, 2], reverse=True) == [2, 1]
    assert with_stack_size(at).__name__ == "at"
    with pytest.raises(ZeroDivisionError):
        with_stack_size(divmod)(7, 0)
