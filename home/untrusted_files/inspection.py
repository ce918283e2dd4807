"""What the site asks of the programs that open files from outside."""

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..runtime import sandbox
from . import inspect_file, redraw_picture

INSPECTOR, REDRAWER = Path(inspect_file.__file__), Path(redraw_picture.__file__)
PATIENCE = 10  # seconds of a clock, with those that others take before
PATIENCE_TO_DRAW = 15
# Pixels of a picture, by format. A JPEG is unpacked at the size that is needed; of the others each million takes 8 MB.
MOST_PIXELS = {
    "JPEG": 120_000_000,
    "PNG": 50_000_000,
    "WEBP": 30_000_000,
    "TIFF": 100_000_000,  # a page of A3 at 600 dots per inch; never unpacked here
    "HEIF": 60_000_000,
    "GIF": 20_000_000,
    "AVIF": 20_000_000,
}
SAID = 300  # characters of what a program says that go into an error


class CannotOpen(Exception):
    """The file cannot be opened within memory and time. The message is for the log."""


class TooLarge(CannotOpen):
    """The picture has more pixels than its format may have."""


class Busy(CannotOpen):
    """Others are at it; the same file may pass later."""


@dataclass(frozen=True)
class Inspection:
    """What a file contains: ``refused`` and ``cautions`` are words of ``inspect_file``."""

    refused: str = ""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew; ``place`` is what the camera wrote, latitude and longitude."""

    content: bytes
    format: str
    width: int
    height: int
    place: tuple[float, float] | None


def inspect(file, extension: str, patience: float = PATIENCE) -> Inspection:
    """Return what a file contains. Raise ``CannotOpen`` if nobody can tell within ``patience``, in seconds."""
    most = MOST_PIXELS.get(inspect_file.PICTURES.get(extension, ""), 0)
    done = _run(INSPECTOR, file, [extension, str(most)], patience)
    answer = json.loads(done)
    return Inspection(answer["refused"], tuple(answer["cautions"]))


def redraw(
    file,
    *,
    formats,
    largest: int = 0,
    to: str = "",
    quality: int = 0,
    most_pixels: int = 0,
    patience: float = PATIENCE_TO_DRAW,
) -> Picture:
    """Return the picture upright and without what stood beside it in the file. Raise ``CannotOpen``.

    ``formats``: those of Pillow that may be read. ``largest``: of its longer side, in pixels. ``to``: the format to
    write; the one it has if empty. ``quality``: 0 for that of the picture. ``most_pixels``: less than ``MOST_PIXELS``.
    """
    limits = {one: min(most, most_pixels or most) for one, most in MOST_PIXELS.items()}
    options = {
        "formats": list(formats),
        "largest": largest,
        "format": to,
        "quality": quality,
        "most_pixels": limits,
    }
    done = _run(REDRAWER, file, [json.dumps(options)], patience)
    line, _end, content = done.partition(b"\n")
    about = json.loads(line)
    if about["error"] == "too_large":
        raise TooLarge(about["error"])
    if about["error"]:
        raise CannotOpen(about["error"])
    place = tuple(about["place"]) if about["place"] else None
    return Picture(content, about["format"], about["width"], about["height"], place)


def _run(program: Path, file, arguments: list[str], patience: float) -> bytes:
    with _opened(file) as content:
        try:
            done = sandbox.run_sandboxed(program, *arguments, stdin=content, timeout=patience)
        except sandbox.Busy as busy:
            raise Busy(str(busy)) from busy
        except (subprocess.SubprocessError, OSError) as fault:
            raise CannotOpen(str(fault)) from fault
    if done.returncode:  # a signal ends what takes too much
        raise CannotOpen(f"{program.name} ended with {done.returncode}: {done.stderr[-SAID:]!r}")
    return done.stdout


@contextmanager
def _opened(file):
    """The content as a program can read it: by its path, else from a copy. ``file`` stands at its beginning after."""
    path = getattr(file, "temporary_file_path", None)
    if path is not None:  # opened again: a program that shares our file would move where we read
        with open(path(), "rb") as content:
            yield content
        return
    file.seek(0)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        file.seek(0)
        yield copy
