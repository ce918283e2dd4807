"""Sandbox for programs that open uploaded files: one at a time, with limited memory and time, without secrets."""

import io
import os
import py_compile
import subprocess
import time
from resource import RUSAGE_SELF, getrusage
from threading import Thread

import pytest
from PIL import Image

from home.runtime import sandbox
from home.untrusted_files import inspection
from home.untrusted_files.inspection import MOST_PIXELS
from tests.factories.files import docx


@pytest.fixture
def program(tmp_path):
    """A program that takes half a second."""
    path = tmp_path / "slow.py"
    path.write_text("import time; time.sleep(.5)")
    return path


def test_sandbox_runs_one_program_at_a_time(program):
    beside = Thread(target=sandbox.run_sandboxed, args=[program], kwargs={"timeout": 20})
    beside.start()
    time.sleep(0.1)
    with pytest.raises(sandbox.Busy):
        sandbox.run_sandboxed(program, timeout=0.05)
    beside.join()
    assert sandbox.run_sandboxed(program, timeout=20).returncode == 0


def test_sandboxed_program_is_stopped_after_its_timeout(program):
    with pytest.raises(subprocess.TimeoutExpired):
        sandbox.run_sandboxed(program, timeout=0.2)


def test_compiled_program_runs_only_for_its_source(program):
    program.write_text("print('compiled')")
    py_compile.compile(str(program))
    told = program.stat().st_mtime
    program.write_text("print('newsource')"[: len("print('compiled')") - 2] + "')")
    os.utime(program, (told, told))
    assert sandbox.run_sandboxed(program, timeout=20).stdout == b"compiled\n"
    os.utime(program, (told - 9, told - 9))  # as an older version that is put back
    assert sandbox.run_sandboxed(program, timeout=20).stdout == b"newsourc\n"


def drawn(format_name: str, size: tuple[int, int], mode: str = "RGB") -> io.BytesIO:
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, format_name)
    return written


def test_huge_picture_takes_no_memory_of_site_process():
    huge = drawn("PNG", (3600, 3600), "RGBA")  # 52 MB when decoded
    before = getrusage(RUSAGE_SELF).ru_maxrss
    picture = inspection.redraw(huge, formats=["PNG"], largest=800, to="JPEG")
    assert max(picture.width, picture.height) == 800
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "JPEG"])
def test_picture_with_too_many_pixels_is_refused(format_name, monkeypatch):
    monkeypatch.setitem(MOST_PIXELS, format_name, 100)
    with pytest.raises(inspection.TooLarge):
        inspection.redraw(drawn(format_name, (20, 20)), formats=[format_name])
    assert inspection.inspect(drawn(format_name, (20, 20)), format_name.lower()).refused == "bomb"


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 no picture"], ids=["empty", "damaged"])
def test_damaged_picture_cannot_be_opened(content):
    with pytest.raises(inspection.CannotOpen):
        inspection.redraw(io.BytesIO(content), formats=["JPEG"])


def test_inspected_file_is_rewound():
    content = io.BytesIO(docx())
    content.seek(5)
    assert inspection.inspect(content, "docx") == inspection.Inspection()
    assert content.tell() == 0
