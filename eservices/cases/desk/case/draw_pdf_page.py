"""Program that draws a page of a PDF as PNG: ``python draw_pdf_page.py FILE PAGE``. Page 0 counts pages.

It runs in its own process, with limited memory and time and without the site, because a PDF from outside may be made
to attack the program that opens it. The result goes to the standard output.
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
    os.environ["RUST_BACKTRACE"] = "0"  # writing a backtrace takes longer than the page that failed
    import typst

    sheet = path.with_suffix(".typ")
    sheet.write_text(DRAWN.format(name=path.name, page=page))
    return typst.compile(sheet, root=path.parent, format="png", ppi=PIXELS_PER_INCH)


if __name__ == "__main__":
    limit_resources()
    file, number = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout.buffer.write(draw_page(file, number) if number else count_pages(file))
