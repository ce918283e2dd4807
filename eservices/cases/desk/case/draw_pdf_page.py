"""Draws a page of a PDF as a picture, or counts its pages: ``python pdf_pages.py FILE PAGE``, page 0 counts.

A program of its own, with little memory and time: a PDF comes from outside and may be made to hurt whoever
opens it. It knows nothing of the site. The picture goes to the standard output.
"""

import os
import resource
import sys
from pathlib import Path

SECONDS, MEMORY = 4, 768 * 1024**2
DRAWN = """#set page(width: 600pt, height: auto, margin: 0pt)
#image("{name}", page: {page}, width: 100%)
"""
PIXELS_PER_INCH = 120


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def count_pages(path: Path) -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader

    with path.open("rb") as content:
        return str(int(PdfFileReader(content, strict=False).root["/Pages"]["/Count"])).encode()


def draw_page(path: Path, page: int) -> bytes:
    os.environ["RUST_BACKTRACE"] = "0"  # to write one takes longer than the page that was too much
    import typst

    sheet = path.with_suffix(".typ")
    sheet.write_text(DRAWN.format(name=path.name, page=page))
    return typst.compile(sheet, root=path.parent, format="png", ppi=PIXELS_PER_INCH)


if __name__ == "__main__":
    limit_resources()
    file, number = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout.buffer.write(draw_page(file, number) if number else count_pages(file))
