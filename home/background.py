"""Work that must happen by itself: what an app sweeps for when the scheduler looks, and signs of life."""

from collections.abc import Callable
from datetime import datetime

from .registry import Registry

# Each offer finds its rows that are due at the given moment and wakes a worker for them.
sweeps: Registry[Callable[[datetime], None]] = Registry("sweeps")
