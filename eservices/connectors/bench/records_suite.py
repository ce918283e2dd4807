"""The contract of a document store. Everything is written below one new folder, which the supplier deletes."""

from collections.abc import Callable, Iterator
from uuid import uuid4

from ..document_store import DocumentStore, StoreUnreachable, safe_file_name, sha256_of
from .call_trial import CallTrial
from .clauses import Clause, ClauseBroken, NotTried, Suite, expect_that

type StoreTrial = CallTrial[DocumentStore]

ODD_NAME = safe_file_name("Été 2026 « d’accord » & Müller (1).pdf")
BIG, PIECE = 8 * 1024 * 1024, 256 * 1024  # bytes of a file, and of a piece


class _BrokenOff(OSError):
    """The upload that the bench breaks off."""


# -- Calls -------------------------------------------------------------------------------------------------------
def new_folder(trial: StoreTrial) -> str:
    """Claim a folder of our own and return its path."""
    folder = f"bench/{uuid4()}"
    expect_that(claim_folder(trial, folder), "A new folder cannot be claimed.")
    return folder


def claim_folder(trial: StoreTrial, folder: str) -> bool:
    """Claim a folder."""
    return call_usable(trial, f"claim {folder}", lambda: trial.connection.claim(folder))


def write_file(trial: StoreTrial, path: str, content: bytes) -> None:
    """Write a file."""
    shown = f"write {path} ({len(content)} bytes)"
    call_usable(trial, shown, lambda: trial.connection.write(path, _pieces(content), len(content)))


def read_file(trial: StoreTrial, path: str) -> bytes:
    """Return the contents of a file."""
    return call_usable(trial, f"read {path}", lambda: b"".join(trial.connection.read(path)))


def call_usable[Answer](trial: StoreTrial, shown: str, act: Callable[[], Answer]) -> Answer:
    """Return the result of a call. Raise ``ClauseBroken`` if the store is not reached."""
    try:
        return trial.call(shown, act)
    except StoreUnreachable as fault:
        raise ClauseBroken(f"{fault}.") from fault
    except Exception as fault:  # a class of a supplier may raise anything
        raise ClauseBroken(f"{type(fault).__name__}: {fault}") from fault


def expect_content(trial: StoreTrial, path: str, content: bytes) -> None:
    """Check that a file has these contents."""
    found = read_file(trial, path)
    same = sha256_of([found]) == sha256_of([content])
    expect_that(same, f"{len(content)} bytes were written, {len(found)} other ones came back.")


def expect_refusal(trial: StoreTrial, shown: str, act: Callable[[], object], instead: str) -> None:
    """Check that a call is refused."""
    try:
        trial.call(shown, act)
    except StoreUnreachable:
        return
    except Exception as fault:
        raise ClauseBroken(f"It raises {type(fault).__name__} instead of StoreUnreachable.") from fault
    raise ClauseBroken(instead)


# -- Clauses -----------------------------------------------------------------------------------------------------
def store_can_be_written(trial: StoreTrial) -> None:
    call_usable(trial, "probe", trial.connection.probe)


def wrong_password_is_refused(trial: StoreTrial) -> None:
    if trial.stranger is None:
        raise NotTried("The address has no password.")
    expect_refusal(
        trial, "probe with a wrong password", trial.stranger.probe, "A wrong password is accepted."
    )


def folder_is_claimed_once(trial: StoreTrial) -> None:
    folder = new_folder(trial)
    expect_that(not claim_folder(trial, folder), "A folder that exists is claimed a second time.")


def file_comes_back_under_any_name(trial: StoreTrial) -> None:
    path = f"{new_folder(trial)}/{ODD_NAME}"
    write_file(trial, path, "Zoë".encode())
    expect_content(trial, path, "Zoë".encode())


def big_file_comes_back_whole(trial: StoreTrial) -> None:
    path = f"{new_folder(trial)}/big.bin"
    content = bytes(range(256)) * (BIG // 256)
    write_file(trial, path, content)
    expect_content(trial, path, content)


def empty_file_comes_back(trial: StoreTrial) -> None:
    path = f"{new_folder(trial)}/empty.txt"
    write_file(trial, path, b"")
    expect_content(trial, path, b"")


def second_attempt_replaces_the_first(trial: StoreTrial) -> None:
    path = f"{new_folder(trial)}/twice.txt"
    for content in (b"the first attempt", b"second"):
        write_file(trial, path, content)
    expect_content(trial, path, b"second")


def broken_upload_leaves_no_file(trial: StoreTrial) -> None:
    path = f"{new_folder(trial)}/half.txt"

    def half() -> Iterator[bytes]:
        yield b"half"
        raise _BrokenOff("broken off by the bench")

    try:
        trial.call(f"write {path}, broken off", lambda: trial.connection.write(path, half(), 8))
    except (StoreUnreachable, _BrokenOff):
        expect_missing(trial, path, "A file exists whose upload was broken off.")
    else:
        raise ClauseBroken("An upload that was broken off counts as done.")


def missing_file_is_an_error(trial: StoreTrial) -> None:
    expect_missing(trial, f"{new_folder(trial)}/missing.txt", "A file that was never written is returned.")


def expect_missing(trial: StoreTrial, path: str, instead: str) -> None:
    """Check that a file cannot be read."""
    expect_refusal(trial, f"read {path}", lambda: b"".join(trial.connection.read(path)), instead)


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


SUITE = Suite(
    "records",
    "Document management",
    (
        Clause("D1", "The root can be written.", store_can_be_written),
        Clause("D2", "A wrong password is refused.", wrong_password_is_refused),
        Clause("D3", "A folder is created with those above it, and once only.", folder_is_claimed_once),
        Clause("D4", "Names keep accents, spaces and quotation marks.", file_comes_back_under_any_name),
        Clause("D5", "A file of 8 MB comes back byte by byte.", big_file_comes_back_whole),
        Clause("D6", "An empty file is stored.", empty_file_comes_back),
        Clause("D7", "A second attempt replaces the file of the first.", second_attempt_replaces_the_first),
        Clause("D8", "An upload that breaks off leaves no file.", broken_upload_leaves_no_file),
        Clause("D9", "A missing file is an error.", missing_file_is_an_error),
    ),
)
