"""Benchmark of our workbook writer beside openpyxl in write-only mode, with the same rows.

usage: python -m tests.benchmarks.workbooks [--rows 10000]. Each run is a process of its own. Fails if openpyxl takes at
most ``RATIO`` of our processor time: then ``home.formats.xlsx`` can be replaced by it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date

RATIO, RUNS, CHUNK = 2, 5, 2**16
HEADER = [f"Column {number}" for number in range(1, 21)]


def rows(count: int) -> Iterator[list]:
    """Yield rows of 20 cells, as an export of cases has them: mostly texts, some dates, numbers and gaps."""
    for number in range(count):
        texts = [f"Answer {column} of case {number}" for column in range(13)]
        days = [date(2026, month, 1 + number % 28) for month in (1, 2, 3)]
        yield [*texts, None, *days, number, number / 4, "=1+1"]


def write_ours(count: int) -> Iterator[bytes]:
    from home.formats import xlsx

    return xlsx.stream_workbook("Cases", HEADER, rows(count))


def write_openpyxl(count: int) -> Iterator[bytes]:
    """Write the same workbook: bold headings, localised dates, no formula, no character that XML forbids."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    from home.formats.xlsx import UNWRITABLE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Cases")
    sheet.freeze_panes = "A2"
    day = WriteOnlyCell(sheet)
    day.number_format = "mm-dd-yy"

    def text(value, **style):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        for name, setting in style.items():
            setattr(cell, name, setting)
        return cell

    def made(value):
        if isinstance(value, date):
            day.value = value
            return day
        if isinstance(value, str):
            value = UNWRITABLE.sub("", value)
            return text(value) if value.startswith(("=", "#")) else value
        return value

    bold = Font(bold=True)
    sheet.append([text(heading, font=bold) for heading in HEADER])
    for row in rows(count):
        sheet.append(made(value) for value in row)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def measure(write, count: int) -> dict:
    """Return processor seconds, seconds to the first byte, the peak of memory and the size of the file."""
    began, clock = time.process_time(), time.monotonic()
    pieces = write(count)
    size = len(next(pieces))
    first = time.monotonic() - clock
    size += sum(map(len, pieces))
    return {
        "processor_s": time.process_time() - began,
        "first_byte_s": first,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_mb": size / 1e6,
    }


WRITERS = {"ours": write_ours, "openpyxl": write_openpyxl}


def run(name: str, count: int) -> dict:
    command = [sys.executable, "-m", "tests.benchmarks.workbooks", "--rows", str(count), "--writer", name]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--writer", choices=WRITERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.writer:
        print(json.dumps(measure(WRITERS[options.writer], options.rows)))
        return 0
    runs = {name: [run(name, options.rows) for _ in range(RUNS)] for name in WRITERS}
    best = {
        name: {key: round(min(one[key] for one in found), 2) for key in found[0]}
        for name, found in runs.items()
    }
    ratio = round(best["openpyxl"]["processor_s"] / best["ours"]["processor_s"], 2)
    for name, figures in best.items():
        print(f"{name:>9}  {figures}")
    print(json.dumps(best | {"ratio": ratio}))
    return 0 if ratio > RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
