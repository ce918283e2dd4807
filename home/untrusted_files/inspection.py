"""Interface of the site to the programs that open untrusted files."""

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
PATIENCE = 10  # seconds of wall-clock time, including the wait for other files
PATIENCE_TO_DRAW = 15
# Maximum pixels of a picture, by format. A JPEG is decoded at the needed size; other formats need 8 MB per million.
MOST_PIXELS = {
    "JPEG": 120_000_000,
    "PNG": 50_000_000,
    "WEBP": 30_000_000,
    "TIFF": 100_000_000,  # an A3 page at 600 dots per inch; never decoded here
    "HEIF": 60_000_000,
    "GIF": 20_000_000,
    "AVIF": 20_000_000,
}
SAID = 300  # characters of a program's error output in an exception


class CannotOpen(Exception):
    """The file cannot be opened within memory and time. The message is for the log."""


class TooLarge(CannotOpen):
    """The picture has more pixels than its format allows."""


class Busy(CannotOpen):
    """Other files are being inspected. The same file may be accepted later."""


@dataclass(frozen=True)
class Inspection:
    """The result of an inspection: ``refused`` and ``cautions`` are words of ``inspect_file``."""

    refused: str = ""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture; ``place`` is the latitude and longitude in its EXIF."""

    content: bytes
    format: str
    width: int
    height: int
    place: tuple[float, float] | None


def inspect(file, extension: str, patience: float = PATIENCE) -> Inspection:
    """Return the result of an inspection. Raise ``CannotOpen`` if there is none within ``patience`` seconds."""
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
    """Re-encode a picture upright and without metadata. Raise ``CannotOpen``.

    ``formats``: Pillow's names of the accepted formats. ``largest``: maximum of the longer side, in pixels. ``to``: the
    format to write; "" for the same. ``quality``: 0 for that of the picture. ``most_pixels``: a limit below
    ``MOST_PIXELS``.
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
    with _open_for_program(file) as content:
        try:
            done = sandbox.run_sandboxed(program, *arguments, stdin=content, timeout=patience)
        except sandbox.Busy as busy:
            raise Busy(str(busy)) from busy
        except (subprocess.SubprocessError, OSError) as fault:
            raise CannotOpen(str(fault)) from fault
    if done.returncode:  # a signal ends a program that exceeds its limits
        raise CannotOpen(f"{program.name} ended with {done.returncode}: {done.stderr[-SAID:]!r}")
    return done.stdout


@contextmanager
def _open_for_program(file):
    """Open the content for a program: by its path, else as a copy. ``file`` is at its beginning afterwards."""
    path = getattr(file, "temporary_file_path", None)
    if path is not None:  # opened again, because a program that shared the file would move its position
        with open(path(), "rb") as content:
            yield content
        return
    file.seek(0)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        file.seek(0)
        yield copy
