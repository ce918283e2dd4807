"""Benchmark of a collected file for business software, in each format that collects several.

usage: python -m tests.benchmarks.exchange_files [--lines 10000]. Fails if a file takes more than ``SECONDS``, or if
memory grows by more than ``MEGABYTES`` while it is written.
"""

import argparse
import os
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime

SECONDS, MEGABYTES = 5, 8
NAMES = [f"field_{number}" for number in range(20)]
LAYOUTS = {
    "csv": {"encoding": "windows-1252", "columns": ["@key", *NAMES]},
    "xlsx": {"columns": ["@key", *NAMES]},
    "json": {},
    "fixed_width": {
        "columns": [{"name": "@key", "length": 36}, *({"name": one, "length": 40} for one in NAMES)]
    },
}


def records(count: int) -> Iterator:
    """Yield transmissions of 20 fields."""
    from eservices.connectors.business_system import Operation, TransmissionRecord

    for number in range(count):
        fields = dict.fromkeys(NAMES, f"Élodie Müller {number}")
        yield TransmissionRecord(
            key=f"{number:036}",
            identity=str(number),
            number=1,
            operation=Operation.NEW,
            reference=f"2026-{number:05}",
            service="moving",
            created_at=datetime(2026, 11, 25, tzinfo=UTC),
            fields=fields | {"field_3": date(1988, 4, 17), "field_4": number},
        )


def measure(key: str, count: int) -> tuple[float, float, float]:
    """Return the seconds, the peak of memory and the size of a file, both in megabytes."""
    from eservices.connectors.business_system import exchange_formats

    began = time.perf_counter()
    size = sum(map(len, exchange_formats[key](LAYOUTS[key]).write(records(count))))
    took = time.perf_counter() - began
    tracemalloc.start()
    for _chunk in exchange_formats[key](LAYOUTS[key]).write(records(count)):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return took, peak / 1e6, size / 1e6


def main() -> None:
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.test")
    django.setup()
    failed = False
    for key in LAYOUTS:
        seconds, peak, size = measure(key, options.lines)
        failed |= seconds > SECONDS or peak > MEGABYTES
        print(f"{key}: {options.lines} lines, {size:.1f} MB in {seconds:.2f} s, memory {peak:.1f} MB")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
