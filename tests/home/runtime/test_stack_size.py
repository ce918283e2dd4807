"""Stack size: calls cost the same at every depth."""

import resource

import pytest

from home.runtime.stack_size import with_stack_size

TIMES = 300


def leaf():
    pass


def loop() -> int:
    """Return the number of page faults during small calls."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _time in range(TIMES):
        leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def at(depth: int) -> int:
    return at(depth - 1) if depth else loop()


def test_loop_causes_no_page_faults_at_any_depth():
    assert max(with_stack_size(at)(depth) for depth in range(500)) < TIMES


def test_function_with_stack_size_returns_and_raises_as_usual():
    assert with_stack_size(divmod)(7, 2) == (3, 1)
    assert with_stack_size(sorted)([1, 2], reverse=True) == [2, 1]
    assert with_stack_size(at).__name__ == "at"
    with pytest.raises(ZeroDivisionError):
        with_stack_size(divmod)(7, 0)
