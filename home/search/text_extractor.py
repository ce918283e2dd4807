"""Writes the text of a document to the standard output: ``python document_text.py FILE EXTENSION``.

A program of its own, with little memory and time, which knows nothing of the site: a document comes from outside and
may be made to hurt whoever opens it. What was read before time or memory ended counts.
"""

import re
import resource
import sys
import zipfile
from pathlib import Path

SECONDS, MEMORY = 20, 1024**3
PAGES, LETTERS, UNPACKED = 200, 100_000, 50 * 1024**2
# Where the words of office formats stand, and what ends a passage there.
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
    """The text of each page."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    for number, page in enumerate(reader.pages):
        if number == PAGES:
            return
        yield page.extract_text()


def extract_office_text(path: Path, extension: str):
    """The text of each part of an office document: its markup taken off, without a parser to be hurt."""
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
    for passage in passages:
        passage = passage.encode(errors="replace").decode(errors="replace").replace("\x00", " ")[:left]
        sys.stdout.buffer.write(passage.encode() + b"\n")
        sys.stdout.buffer.flush()
        left -= len(passage)
        if left <= 0:
            return


if __name__ == "__main__":
    limit_resources()
    file, kind = Path(sys.argv[1]), sys.argv[2]
    write_passages(extract_pdf_text(file) if kind == "pdf" else extract_office_text(file, kind))
