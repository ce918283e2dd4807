"""Program that prints the text of a document: ``python text_extractor.py FILE EXTENSION``.

A separate program with little memory and time and without access to the site: a document is untrusted and may exploit
its reader. The text read before time or memory ran out is used.
"""

import re
import resource
import sys
import zipfile
from pathlib import Path

SECONDS, MEMORY = 20, 1024**3
PAGES, LETTERS, UNPACKED = 200, 100_000, 50 * 1024**2
# The parts of office formats with text, and the tag that ends a passage.
OFFICE = {
    "docx": (r"word/document\.xml", r"</w:p>"),
    "odt": (r"content\.xml", r"</text:(?:p|h)>"),
    "pptx": (r"ppt/slides/slide\d+\.xml", r"</a:p>"),
}
TAG = re.compile(r"<[^>]*>")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def extract_pdf_text(path: Path):
    """Yield the text of each page."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    for number, page in enumerate(reader.pages):
        if number == PAGES:
            return
        yield page.extract_text()


def extract_office_text(path: Path, extension: str):
    """Yield the text of each part of an office document, without its markup.

    No XML parser is used, because a document could exploit it.
    """
    name, end = OFFICE[extension]
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if re.fullmatch(name, part.filename) and part.file_size <= UNPACKED:
                with archive.open(part) as content:
                    markup = content.read(UNPACKED).decode(errors="replace")
                yield _plain(TAG.sub(" ", re.sub(end, "\n", markup)))


def _plain(text: str) -> str:
    for entity, letter in ENTITIES.items():
        text = text.replace(entity, letter)
    return text


def write_passages(passages) -> None:
    left = LETTERS
    for text in passages:
        passage = text.encode(errors="replace").decode(errors="replace").replace("\x00", " ")[:left]
        sys.stdout.buffer.write(passage.encode() + b"\n")
        sys.stdout.buffer.flush()
        left -= len(passage)
        if left <= 0:
            return


if __name__ == "__main__":
    limit_resources()
    file, kind = Path(sys.argv[1]), sys.argv[2]
    write_passages(extract_pdf_text(file) if kind == "pdf" else extract_office_text(file, kind))
