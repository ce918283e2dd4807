"""Backups whose process is killed (SIGKILL) at a change of the place: before it, or in the middle of a file."""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, connections

from mysite.backups.creation import WORK


def is_killed(act: Callable[[], object], place: str, at: int) -> bool:
    """Run ``act`` in a process that is killed at its change number ``at`` of the place. Return whether it was."""
    connections.close_all()  # the child opens its own
    child = os.fork()
    if not child:
        code = 1
        try:
            die_at(place, at)
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def die_at(place: str, at: int) -> None:
    """Kill this process at a change: a file is opened for writing, half written, renamed or deleted."""
    points, chunks, drafts = count(), File.chunks, set()

    def point() -> None:
        if next(points) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def observe(event: str, arguments: tuple) -> None:
        if not arguments or not str(arguments[0]).startswith(place):
            return
        if event == "open" and arguments[2] & os.O_CREAT:
            drafts.add(arguments[0])
            point()
        elif event in {"os.rename", "os.remove"}:
            drafts.discard(arguments[0])
            point()

    def in_halves(self, *arguments) -> Iterator[bytes]:
        first, *others = chunks(self, *arguments)
        yield first[: len(first) // 2]
        if drafts:
            point()
        yield first[len(first) // 2 :]
        yield from others

    File.chunks = in_halves
    sys.addaudithook(observe)


def files_of(installation) -> dict[str, bytes]:
    return {
        str(one.relative_to(installation.place)): one.read_bytes()
        for one in installation.place.rglob("*")
        if one.is_file()
    }


def needed_files(installation) -> set[str]:
    """Return the files that the complete backups need, which must all be there."""
    files, needed = files_of(installation), set()
    for name in installation.complete():
        index = f"backups/{name}.json"
        parts = [f"objects/{one}.age" for one in json.loads(files[index])["objects"]]
        needed |= {index, f"backups/{name}.database.age", f"backups/{name}.manifest.age", *parts}
    assert needed <= set(files)
    return needed


@pytest.mark.skipif(connection.vendor == "postgresql", reason="The place does not depend on the database")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_backups_spoil_no_earlier_one(installation, settings):
    settings.BACKUP_KEEP = settings.BACKUP_KEEP.__class__(1, 0, 0)
    first = installation.backup("--prove")
    default_storage.save("images/later.png", ContentFile(b"later" * 20_000))
    before, earlier = installation.contents(), files_of(installation)
    deaths, points = 0, count(0, 2)
    while is_killed(lambda: call_command("backup", "--prove"), str(installation.place), next(points)):
        deaths += 1
        needed = needed_files(installation)
        if first in installation.complete():  # until the next one is proven
            assert earlier.items() <= files_of(installation).items()
        assert needed
    assert deaths > 6

    installation.backup("--prove")
    assert set(files_of(installation)) == needed_files(installation)
    assert not (settings.VAR_DIR / WORK).exists()
    default_storage.delete("images/later.png")
    installation.restore("--replace")
    assert installation.contents() == before
