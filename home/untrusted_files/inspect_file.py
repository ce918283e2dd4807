"""Program that inspects a file: ``python inspect_file.py EXTENSION MOST_PIXELS <FILE``.

A separate program with little memory and time and without access to the site: a file is untrusted and may exploit its
reader. Writes JSON: ``refused``, one of the reasons below or "", and ``cautions``, a list of what the reader of the
file should know.

Reasons: ``damaged`` (not what its name says), ``bomb`` (too large once unpacked), ``macros``, ``scripts``, ``embedded``
(OLE objects and controls), ``dde`` (data from other programs), ``template`` (a template from another address).
Cautions: ``external`` (loads content from another address), ``attachments``, ``locked``, ``unreadable``.
"""

import io
import json
import re
import resource
import sys
import zlib
from xml.parsers import expat

SECONDS, MEMORY = 5, 512 * 1024**2  # seconds of processor time; bytes in all
MB = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
# Required parts of packed formats: name and, for OpenDocument, content.
PARTS = {
    "docx": ("word/document.xml", ""),
    "xlsx": ("xl/workbook.xml", ""),
    "pptx": ("ppt/presentation.xml", ""),
    "odt": ("mimetype", f"{OPEN}.text"),
    "ods": ("mimetype", f"{OPEN}.spreadsheet"),
    "odp": ("mimetype", f"{OPEN}.presentation"),
}
PICTURES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF", "tiff": "TIFF"}
DAMAGED = (
    zlib.error,
    OSError,
    ValueError,
    RuntimeError,
    EOFError,
    SyntaxError,
    NotImplementedError,
)
MOST_PARTS = 3000  # in a packed document
MOST_READ = 64 * MB  # bytes of one part, or of all object streams of a PDF, unpacked
# Allowed compression methods (ECMA-376-2, annex B.4). Others unpack to gigabytes before the first byte is returned.
PACKED = {0, 8}  # stored, deflated
PROGRAMS = (".exe", ".dll", ".scr", ".com", ".pif", ".cpl", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe")
PROGRAMS += (".js", ".jse", ".wsf", ".wsh", ".hta", ".jar", ".lnk", ".reg", ".sh", ".py", ".apk", ".elf")
RUN = (b"MZ\x90\x00", b"\x7fELF")  # first bytes of programs for Windows and Linux
COMPOUND = b"\xd0\xcf\x11\xe0"  # OLE: macros under any name, embedded objects, packages
MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\x00?<|\xef\xbb\xbf|\s{4}")
VBA = ("_VBA_PROJECT".encode("utf-16-le"), b"_VBA_PROJECT", b"Attribut\x00e VB")


class Refused(Exception):
    """The file is refused; the first argument is the reason."""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect(file, extension: str, most_pixels: int) -> set[str]:
    """Return the cautions of a file. Raise ``Refused``."""
    try:
        if extension in PICTURES:
            check_size(file, PICTURES[extension], most_pixels)
            return set()
        if extension in PARTS:
            return inspect_package(file, extension)
        return inspect_pdf(file.read()) if extension == "pdf" else inspect_other(file, extension)
    except DAMAGED as fault:
        raise Refused("damaged") from fault


# -- Pictures ------------------------------------------------------------------------------------------------
def check_size(file, format_name: str, most_pixels: int) -> None:
    """Check the dimensions in the header of a picture, without decoding it. Raise ``Refused``."""
    import warnings

    from PIL import Image

    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
    try:
        with Image.open(file, formats=[format_name]) as picture:
            width, height = picture.size
    except Image.DecompressionBombError:
        raise Refused("bomb") from None
    if min(width, height) <= 0:
        raise Refused("damaged")
    if width * height > most_pixels:
        raise Refused("bomb")


# -- Other types, which editors publish ----------------------------------------------------------------------
COMPOUND_NAMES = ("doc", "xls", "ppt", "dot", "xlt", "pot", "pps")
EMBEDDED = ("\x01Ole10Native".encode("utf-16-le"), "ObjectPool".encode("utf-16-le"))
RTF_OBJECT = re.compile(rb"\\obj(?:data|ocx|update|link|autlink)\b")
RTF_TEMPLATE = re.compile(rb"\\template\b\s*(?:https?:|ftp:|file:|\\\\|//)", re.IGNORECASE)
RTF_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)


def inspect_other(file, extension: str) -> set[str]:
    """Inspect a file by its first bytes, whatever its name."""
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if head.startswith(RUN):
        raise Refused("embedded")
    if head.startswith(COMPOUND):
        return inspect_compound(file.read(), extension)
    if head.startswith(b"PK\x03\x04"):
        return inspect_package(file)
    if head.startswith(b"{\\rt"):
        return inspect_rich_text(file.read())
    return set()


def inspect_compound(content: bytes, extension: str) -> set[str]:
    """Inspect a document of the older formats of Microsoft Office."""
    if any(sign in content for sign in VBA):
        raise Refused("macros")
    if extension not in COMPOUND_NAMES:
        raise Refused("damaged")
    if any(sign in content for sign in EMBEDDED):
        raise Refused("embedded")
    return set()


def inspect_rich_text(content: bytes) -> set[str]:
    if RTF_OBJECT.search(content):
        raise Refused("embedded")
    if RTF_TEMPLATE.search(content):
        raise Refused("template")
    if RTF_DDE.search(content):
        raise Refused("dde")
    return set()


# -- Packed documents ----------------------------------------------------------------------------------------
def inspect_package(file, extension: str = "", depth: int = 0) -> set[str]:
    """Inspect a document of Microsoft Office or OpenDocument, and the documents within it.

    ``extension``: the required type of document; any if empty.
    """
    import zipfile  # loading it takes a quarter of the time in which a PDF is inspected

    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    try:
        return inspect_parts(zipfile.ZipFile(file), extension, size, depth)
    except zipfile.BadZipFile as fault:
        raise Refused("damaged") from fault


def inspect_parts(package, extension: str, size: int, depth: int) -> set[str]:
    """Inspect the parts of an opened package. ``size``: its bytes."""
    with package as packed:
        parts = packed.infolist()
        if not {part.compress_type for part in parts} <= PACKED:
            raise Refused("damaged")
        refuse_bomb(parts, size)
        names = [part.filename for part in parts]
        if extension:
            refuse_other_kind(packed, names, extension)
        if any(name.lower().endswith(PROGRAMS) for name in names):
            raise Refused("embedded")
        if any("vbaproject" in name.lower() for name in names):
            raise Refused("macros")
        cautions, locked = set(), needs_password(packed, parts)
        for part in parts:
            cautions |= inspect_part(packed, part, depth, locked)
        return cautions


def refuse_bomb(parts, size: int) -> None:
    """Refuse a package that was built to exhaust memory or disk.

    Text compresses to a twentieth. A package that compresses to a hundredth, or whose parts overlap, is an attack.
    """
    unpacked = sum(part.file_size for part in parts)
    overlapping = sum(part.compress_size for part in parts) > size
    if len(parts) > MOST_PARTS or overlapping or unpacked > max(20 * MB, min(100 * size, 200 * MB)):
        raise Refused("bomb")


def refuse_other_kind(packed, names: list[str], extension: str) -> None:
    name, content = PARTS[extension]
    if name not in names:
        raise Refused("damaged")
    if content:
        with packed.open(name) as part:
            if part.read(200).decode("ascii", "replace") != content:
                raise Refused("damaged")


def inspect_part(packed, part, depth: int, locked: bool) -> set[str]:
    """Inspect a part by its content, because a macro may have any name. ``locked``: the document needs a password."""
    name = part.filename.lower()
    with packed.open(part) as content:
        head = content.read(len(COMPOUND))
        if head in RUN:
            raise Refused("embedded")
        is_markup = name.endswith(MARKUP_NAMES)
        if head == COMPOUND:
            body = head + content.read(MOST_READ)
            raise Refused("macros" if any(sign in body for sign in VBA) else "embedded")
        if head == b"PK\x03\x04":
            if depth >= MOST_DEPTH:
                return {"unreadable"}
            return inspect_package(io.BytesIO(head + content.read(MOST_READ)), depth=depth + 1)
        if not (is_markup or MARKUP.match(head)):
            return set()
        if part.file_size > MOST_READ:
            return {"unreadable"}
        body = head + content.read(MOST_READ)
    if not body.strip():
        return set()
    if name.startswith(("basic/", "scripts/", "object scripts/")):
        raise Refused("macros")
    markup = Markup(may_name_type=name == MANIFEST)
    try:
        return markup.inspect(body)
    except expat.ExpatError:
        if locked and name != MANIFEST:
            return {"locked"}
        if is_markup:
            raise Refused("damaged") from None
        return markup.cautions  # no office program reads XML that is not well-formed


MARKUP_NAMES = (".xml", ".rels", ".xba", ".xlb", ".xdl")
MANIFEST = "meta-inf/manifest.xml"
MOST_DEPTH = 2  # of documents in documents
# Office Open XML: the relationships between the parts define their types, whatever their names (ECMA-376-2, 9).
MACRO_TYPES = ("vbaproject", "xlmacrosheet", "xlintlmacrosheet", "wordvbadata", "attachedtoolbars")
OBJECT_TYPES = ("oleobject", "control", "activexcontrolbinary", "package")
MACRO_CONTENT = ("vbaproject", "macroenabled", "macrosheet", "vbadata")
TEMPLATE = "attachedtemplate"
LOCAL = re.compile(
    r"(?:file:/*)?[a-z]:[\\/]|(?!//)[^:\\]*$", re.IGNORECASE
)  # on a local disk, or beside the file
DDE_FIELD = re.compile(
    r"\bDDE(AUTO)?\b|\bQUOTE(\s+\d{2,3}){3,}", re.IGNORECASE
)  # the second spells it in character codes
DDE_ELEMENTS = {"ddeLink", "dde-source", "dde-connection-decl", "dde-link"}
DDE_FORMULA = re.compile(r"\bDDE\s*\(", re.IGNORECASE)
DDE_CELL = re.compile(r"\w'?\|[^<]*!")
# OpenDocument: macros in the package or in the text, events that run them, objects of other programs.
SCRIPT_ELEMENTS = {"event", "module", "library"}  # in a script namespace
SCRIPT_VOCABULARY = re.compile(r"[/:]script(?:/|:|$)")
OBJECT_ELEMENTS = {"object-ole", "applet", "plugin", "floating-frame", "oleLink"}
LOADING_ELEMENTS = {"image", "object", "section-source", "table-source", "template", "background-image"}
LOADING_ELEMENTS |= {"cell-range-source"}
ELSEWHERE = re.compile(r"\s*(?:https?|ftp|smb|dav|file|\\\\|//)", re.IGNORECASE)
READ = {"instrText", "delInstrText", "f", "definedName"}  # elements whose text is inspected
TOLD = (
    {"Relationship", "encryption-data", "event-listener", "script", "fldChar"}
    | OBJECT_ELEMENTS
    | DDE_ELEMENTS
)
JUDGED = {"Type", "TargetMode", "Target", "ContentType", "formula", "instr", "fldCharType", "action"}
# Markup without any of these has nothing to inspect and is only parsed. Character references may spell anything.
TELLING = b"&# | dde instr fld relationship contenttype script event module library ole applet plugin".split()
TELLING += b"floating-frame vnd.sun href encryption-data".split()


class Markup:
    """Inspector of a part in XML, by decoded names and values, whatever the namespace prefixes."""

    def __init__(self, may_name_type: bool = False):
        self.may_name_type = may_name_type  # old manifests declare their document type
        self.cautions: set[str] = set()
        self.is_locked = False
        self.fields: list[list[str]] = [
            []
        ]  # instructions of the open fields; those outside of any field first
        self.text: list[str] | None = None  # text of the current element
        self.script_prefixes = {"script"}

    def inspect(self, content: bytes) -> set[str]:
        """Return the cautions. Raise ``Refused``, or ``ExpatError`` if the part is not well-formed."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.name_type
        parser.EntityDeclHandler = refuse_entity
        spelled = content.replace(b"\x00", b"").lower()
        if any(sign in spelled for sign in TELLING):
            parser.StartElementHandler, parser.EndElementHandler = self.begin, self.end
            parser.CharacterDataHandler = self.read
        parser.Parse(content, True)
        for instruction in self.fields:
            refuse_dde_field("".join(instruction))
        return self.cautions

    def name_type(self, name, system, public, has_declarations) -> None:
        if has_declarations or not self.may_name_type:
            raise Refused("damaged")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _colon, local = name.rpartition(":")
        about = self.values_of(local, attributes) if attributes else {}
        if local in READ:
            self.text = []
        if local not in TOLD and about.keys().isdisjoint(JUDGED) and prefix not in self.script_prefixes:
            return
        if local == "Relationship":
            self.cautions |= inspect_relationship(about)
        if any(sign in about.get("ContentType", "").lower() for sign in MACRO_CONTENT):
            raise Refused("macros")
        self.is_locked = self.is_locked or local == "encryption-data"
        if is_script(local, about) or (prefix in self.script_prefixes and local in SCRIPT_ELEMENTS):
            raise Refused("macros")
        if local in OBJECT_ELEMENTS:
            raise Refused("embedded")
        if local in DDE_ELEMENTS or DDE_FORMULA.search(about.get("formula", "")):
            raise Refused("dde")
        refuse_dde_field(about.get("instr", ""))
        if local == "fldChar":
            self.turn(about.get("fldCharType", ""))

    def values_of(self, local: str, attributes: dict[str, str]) -> dict[str, str]:
        """Return the attributes by their names without prefixes."""
        about = {}
        for key, value in attributes.items():
            short = key.rpartition(":")[2]
            if short in about and short in JUDGED:  # readers differ in which of them they use
                raise Refused("damaged")
            about[short] = value
            if short == "href" or key.startswith("xmlns") or "vnd.sun." in value:
                self.judge_address(key, short, value, local)
        return about

    def judge_address(self, key: str, short: str, value: str, local: str) -> None:
        if "vnd.sun.star.script:" in value:
            raise Refused("macros")
        if "vnd.sun.star.oleobject" in value:
            raise Refused("embedded")
        if short == "href" and local in LOADING_ELEMENTS and ELSEWHERE.match(value):
            self.cautions.add("external")
        if key.startswith("xmlns") and SCRIPT_VOCABULARY.search(value):
            self.script_prefixes.add(key.partition(":")[2])

    def read(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local not in READ or self.text is None:
            return
        text, self.text = "".join(self.text), None
        if local in ("instrText", "delInstrText"):
            self.fields[-1].append(text)
        elif DDE_CELL.search(text) or DDE_FORMULA.search(text):
            raise Refused("dde")

    def turn(self, edge: str) -> None:
        """Follow a field of Word, whose instruction may be split over several runs and contain other fields."""
        if edge == "begin":
            self.fields.append([])
        elif edge == "end" and len(self.fields) > 1:
            instruction = "".join(self.fields.pop())
            refuse_dde_field(instruction)
            if len(self.fields) > 1:
                self.fields[-1].append(f" {instruction}")


def refuse_entity(*declared) -> None:
    raise Refused("damaged")


def refuse_dde_field(instruction: str) -> None:
    if instruction and DDE_FIELD.search(instruction):
        raise Refused("dde")


def is_script(local: str, about: dict[str, str]) -> bool:
    """Return whether an element runs a program. An event that only turns a page of a presentation does not."""
    if local == "event-listener":
        turns = about.get("action", "execute") not in ("execute", "macro")
        return not turns or "language" in about or "macro-name" in about
    return local == "script" and "language" in about


def inspect_relationship(about: dict[str, str]) -> set[str]:
    kind = about.get("Type", "").rpartition("/")[2].lower()
    is_external = about.get("TargetMode", "").lower() == "external"
    if kind in MACRO_TYPES:
        raise Refused("macros")
    if kind in OBJECT_TYPES and (
        kind != "package" or is_external
    ):  # a package within the file is inspected itself
        raise Refused("embedded")
    if is_external and kind == TEMPLATE:
        if not LOCAL.match(about.get("Target", "")):
            raise Refused("template")
        return set()
    return {"external"} if is_external and kind != "hyperlink" else set()


def needs_password(packed, parts) -> bool:
    """Return whether the manifest of OpenDocument lists encrypted parts."""
    for part in parts:
        if part.filename.lower() == MANIFEST and part.file_size <= MOST_READ:
            markup = Markup(may_name_type=True)
            try:
                markup.inspect(packed.read(part))
            except expat.ExpatError:
                return False
            return markup.is_locked
    return False


# -- PDF -----------------------------------------------------------------------------------------------------
def named(*names: str) -> re.Pattern[bytes]:
    """Return a pattern for names of a PDF, also with characters written as #xx (ISO 32000-1, 7.3.5)."""
    spelled = ("".join(f"(?:{re.escape(sign)}|#(?i:{ord(sign):02x}))" for sign in name) for name in names)
    return re.compile(f"/(?:{'|'.join(spelled)})(?![^\\x00\\s()<>\\[\\]{{}}/%])".encode())


# Too long to occur in a compressed stream by chance. They are searched for in streams too, because what this program
# parses as a stream may be a comment for a reader.
SCRIPTS = named("JavaScript", "Launch", "ImportData")
SHORT_SCRIPTS = named("JS")
ATTACHED = named("EmbeddedFile", "EmbeddedFiles", "FileAttachment", "RichMedia")
OBJECT_STREAM, ENCRYPTED, FORM = named("ObjStm"), named("Encrypt"), named("XFA")
STREAM = re.compile(rb"\bstream[ \t]*(?:\r\n|\n|\r)")
# Readers recognize an object stream by these entries, even without its type.
FIRST, NUMBER = named("First"), named("N")
BESIDE = re.compile(rb"%[^\r\n]{0,4000}|\((?:[^()\\]|\\.){0,2000}\)", re.DOTALL)  # comments and strings
BEGUN = re.compile(rb"\d\s+\d{1,5}\s+obj\b")
LONGEST_HEAD = 65536  # bytes of the dictionary before a stream
FILTER, ODD_FILTER = named("Filter"), named("DecodeParms", "DP", "FFilter", "F")
FLATE = named("FlateDecode", "Fl").pattern
DEFLATED = re.compile(FILTER.pattern + rb"\s*(?:\[\s*" + FLATE + rb"\s*\]|" + FLATE + rb"\s*(?:/|>>|$))")
OPENED = re.compile(
    rb"/OpenAction\s*(?:(\d{1,9})\s+\d{1,5}\s+R|<<[^>]{0,2000}?/S\s*/(?:URI|SubmitForm|GoToR|GoToE)\b)",
    re.DOTALL,
)
ACTION = rb"(?<!\d)%d\s+\d{1,5}\s+obj\b[^>]{0,2000}?/S\s*/(?:URI|SubmitForm|GoToR|GoToE)\b"
MOST_OPENINGS = 100  # one for each incremental update of the file
ATTACHED_NAME = re.compile(rb"/U?F\s*\(((?:[^()\\]|\\.)*)\)")


def inspect_pdf(content: bytes) -> set[str]:
    """Inspect a PDF for what it could run, in its objects and its object streams.

    The bytes are searched for names, not the objects of one parser, because readers differ in how they parse a damaged
    file.
    """
    outside, streams, hidden = divide(content)
    texts, cautions = [outside, *streams], set()
    if ENCRYPTED.search(content):
        texts, hidden = [outside], 0
        unlocked = unlock(content)
        if unlocked is None:
            cautions.add("locked")
        texts += unlocked or []
    if hidden:
        cautions.add("unreadable")
    if SCRIPTS.search(content) or any(SCRIPTS.search(one) or SHORT_SCRIPTS.search(one) for one in texts):
        raise Refused("scripts")
    if any(FORM.search(one) for one in texts):
        cautions |= inspect_form(content)
    if any(ATTACHED.search(one) for one in texts):
        if any(_is_program(name) for one in texts for name in ATTACHED_NAME.findall(one)):
            raise Refused("embedded")
        cautions.add("attachments")
    if any(opens_elsewhere(one) for one in texts):
        cautions.add("external")
    return cautions


def _is_program(name: bytes) -> bool:
    return name.replace(b"\x00", b"").lower().endswith(tuple(one.encode() for one in PROGRAMS))


def divide(content: bytes) -> tuple[bytes, list[bytes], int]:
    """Return the content outside of streams, the unpacked object streams, and the number of unreadable ones."""
    outside, streams, place, left, hidden, typed = [], [], 0, MOST_READ, 0, 0
    while begin := STREAM.search(content, place):
        end = content.find(b"endstream", begin.end())
        if end < 0:
            break
        outside.append(content[place : begin.start()])
        head = head_of_stream(content[max(place, begin.start() - LONGEST_HEAD) : begin.start()])
        has_type = bool(OBJECT_STREAM.search(head))
        if has_type or (FIRST.search(head) and NUMBER.search(head)):
            unpacked, whole = unpack(content[begin.end() : end], head, left)
            streams.append(unpacked)
            left = max(1, left - len(unpacked))
            hidden, typed = hidden + (not whole), typed + has_type
        place = end
    outside.append(content[place:])
    return b"".join(outside), streams, hidden + max(0, len(OBJECT_STREAM.findall(content)) - typed)


def head_of_stream(before: bytes) -> bytes:
    """Return the dictionary of a stream: the text after the last beginning of an object."""
    bare = BESIDE.sub(b" ", before)
    return BEGUN.split(bare)[-1]


def unpack(body: bytes, head: bytes, most: int) -> tuple[bytes, bool]:
    """Return a stream unpacked, and whether it is complete. Raise ``Refused`` if it is too large.

    A stream with an unusual filter is returned as it is.
    """
    filters = len(FILTER.findall(head))
    if not filters and not ODD_FILTER.search(head):
        return body, bool(re.match(rb"\s*\d+\s+\d+", body))
    if filters > 1 or ODD_FILTER.search(head) or not DEFLATED.search(head):
        return body, False
    inflate = zlib.decompressobj()
    try:
        unpacked = inflate.decompress(body, most)
    except zlib.error:
        return body, False
    if inflate.unconsumed_tail:
        raise Refused("bomb")
    return unpacked, inflate.eof


def unlock(content: bytes) -> list[bytes] | None:
    """Return the object streams of a PDF that opens without a password; None if it needs one."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if not reader.is_encrypted or not reader.decrypt(""):
            return None
        numbers = {number for number, _place in reader.xref_objStm.values()}
        return [reader.get_object(number).get_data() for number in numbers]
    except MemoryError:
        raise
    except Exception:  # a file may be made to break any part of the parser
        return None


def inspect_form(content: bytes) -> set[str]:
    """Inspect the XFA form of a PDF, which may contain scripts of its own."""
    import pypdf

    try:
        form = pypdf.PdfReader(io.BytesIO(content)).root_object["/AcroForm"]["/XFA"]
        parts = form if isinstance(form, list) else [form]
        texts = [part.get_object() for part in parts]
        bodies = [one.get_data() for one in texts if hasattr(one, "get_data")]
    except MemoryError:
        raise
    except Exception:
        return {"unreadable"}
    if any(b"<script" in one for one in bodies):
        raise Refused("scripts")
    return set()


def opens_elsewhere(text: bytes) -> bool:
    """Return whether a PDF opens another address by itself, or may do so because it has too many actions."""
    if text.count(b"/OpenAction") > MOST_OPENINGS:
        return True
    for found in OPENED.finditer(text):
        if found[1] is None or re.search(ACTION % int(found[1]), text, re.DOTALL):
            return True
    return False


def main() -> None:
    limit()
    answer = {"refused": "", "cautions": []}
    try:
        answer["cautions"] = sorted(inspect(sys.stdin.buffer, sys.argv[1], int(sys.argv[2])))
    except Refused as refused:
        answer["refused"] = str(refused)
    except (MemoryError, RecursionError):
        answer["refused"] = "bomb"
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
