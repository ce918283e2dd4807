"""Exchange of files with business software: on disk with crashes, and with a real OpenSSH server."""

import getpass
import json
import os
import time

import pytest

from eservices.connectors.business_system import (
    Receipt,
    SystemRefused,
    SystemUnreachable,
    ValuesDoNotFit,
    business_systems,
)
from eservices.connectors.configuration import InvalidConfiguration
from tests.support.sftp_server import sftp_server, write_ssh_key

from .records import make_record

OLD = 3600  # seconds: nobody is still writing the file


class Crash(BaseException):
    """The process is killed."""


class Place:
    """A configured system and the folder in which the other side works."""

    def __init__(self, kind, files, **values):
        self.kind, self.folder, self.values = kind, files, values

    def open(self, **changes):
        return business_systems[self.kind](self.values | changes)

    def outgoing(self) -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in sorted((self.folder / "out").iterdir())}

    def answer(self, name: str, content: bytes, age: int = OLD) -> None:
        path = self.folder / "in" / name
        path.write_bytes(content)
        os.utime(path, (time.time() - age, time.time() - age))

    def aside(self) -> dict[str, str]:
        return {one.name: one.read_text(errors="replace") for one in (self.folder / "work/aside").iterdir()}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def folder_place(tmp_path, settings):
    settings.EXCHANGE_ROOT = str(tmp_path)
    return Place("folder", tmp_path / "population", folder="population")


@pytest.fixture
def sftp_place(tmp_path, settings, request):
    server = request.getfixturevalue("server")
    settings.EXCHANGE_INTERNAL_HOSTS = {"127.0.0.1"}
    folder = tmp_path / "remote"
    folder.mkdir()
    values = {"host": "127.0.0.1", "port": server.port, "user": getpass.getuser(), "folder": str(folder)}
    key = server.key.read_text()
    return Place("sftp", folder, **values, host_key=server.host_key, private_key=key)


@pytest.fixture(params=["folder", "sftp"])
def place(request):
    return request.getfixturevalue(f"{request.param}_place")


def accepted(*keys: str) -> bytes:
    receipts = [{"key": key, "state": "accepted", "their_reference": "R"} for key in keys]
    return json.dumps({"receipts": receipts}).encode()


# -- Sending ---------------------------------------------------------------------------------------------------
def test_files_are_numbered_and_complete(place):
    system = place.open()
    system.send([make_record(1)])
    system.send([make_record(2), make_record(3)])
    system.close()
    files = place.outgoing()
    assert list(files) == ["000001-2026-00001.json", "000002-2-transmissions.json"]
    assert [len(json.loads(one)["transmissions"]) for one in files.values()] == [1, 2]


def test_same_records_are_handed_over_once(place):
    place.open().send([make_record(1)])
    place.open().send([make_record(1)])
    [name] = place.outgoing()
    (place.folder / "out" / name).unlink()  # the system has taken it
    place.open().send([make_record(1)])
    assert place.outgoing() == {}
    system = place.open()
    system.allow_again([make_record(1)])
    system.send([make_record(1)])
    assert list(place.outgoing()) == ["000002-2026-00001.json"]


def test_value_that_does_not_fit_leaves_no_file(place):
    with pytest.raises(ValuesDoNotFit):
        place.open().send([make_record(1), make_record(2, fields={"name": "\ud800"})])
    assert place.outgoing() == {}
    place.open().send([make_record(1)])
    assert list(place.outgoing()) == ["000001-2026-00001.json"]


def test_file_is_handed_over_once_wherever_it_crashes(folder_place):
    """The process is killed at each step in turn; the system takes what it finds, and the worker tries again."""
    for crash_at in range(40):
        record, taken = make_record(crash_at), {}
        system = folder_place.open()
        if not crash(system, crash_at, lambda system=system, record=record: system.send([record])):
            break
        take(folder_place, taken)
        folder_place.open().send([record])
        take(folder_place, taken)
        assert [json.loads(one)["transmissions"][0]["key"] for one in taken.values()] == [record.key]
        assert len(taken) == 1, crash_at
    else:
        raise AssertionError("it never came to an end")
    assert crash_at > 8  # as many steps were tried
    names = {one.name for one in (folder_place.folder / "work").iterdir()}
    assert names == {"sent", "numbers", "done", "aside"}


def crash(system, step: int, act) -> bool:
    """Run ``act`` and crash before its n-th step on disk. Return whether it came so far."""
    system._prepare()
    left = [step]
    for name in ("entries", "read", "write", "claim", "move", "delete", "make_folder"):
        original = getattr(system.area, name)

        def counted(*args, original=original, name=name):
            left[0] -= 1
            if left[0] < 0:
                if left[0] == -1 and name == "write":
                    original(args[0], [b'{"half'])
                raise Crash
            return original(*args)

        setattr(system.area, name, counted)
    try:
        act()
    except Crash:
        return True
    return False


def take(place, taken) -> None:
    """Take the files away, as the system does."""
    for name, content in place.outgoing().items():
        assert name not in taken
        taken[name] = content
        (place.folder / "out" / name).unlink()


# -- Receipts --------------------------------------------------------------------------------------------------
def test_receipts_are_read_once(place):
    place.open().probe()
    place.answer("b.json", accepted("k2"))
    place.answer("a.json", accepted("k1", "k3"), age=2 * OLD)
    system = place.open()
    found = list(system.receipts())
    assert [receipt.key for receipt, _token in found] == ["k1", "k3", "k2"]
    assert found[0][0] == Receipt(key="k1", state="accepted", their_reference="R")
    system.acknowledge(found[0][1])
    assert len(list(place.open().receipts())) == 3  # a file of two waits for the second
    for _receipt, token in found[1:]:
        system.acknowledge(token)
    assert list(place.open().receipts()) == []
    assert {one.name for one in (place.folder / "work/done").iterdir()} == {"a.json", "b.json"}


def test_file_that_is_being_written_is_left(place):
    place.open().probe()
    place.answer("a.json", b'{"receipts": [{"key"', age=0)
    place.answer("b.json.tmp", accepted("k1"))
    place.answer(".c.json", accepted("k1"))
    assert list(place.open().receipts()) == []
    assert place.aside() == {}
    place.answer("a.json", accepted("k1"), age=0)
    assert [one.key for one, _token in place.open().receipts()] == ["k1"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("half.json", b'{"receipts": [{"key"', "half written"),
        ("other.pdf", b"%PDF", "no file of the format"),
        ("empty.json", b'{"receipts": []}', "no receipt"),
        ("large.json", b" " * (5 * 1024 * 1024 + 1), "too large"),
    ],
    ids=["half", "foreign", "empty", "endless"],
)
def test_broken_file_is_set_aside_with_its_reason(folder_place, name, content, reason):
    folder_place.open().probe()
    folder_place.answer(name, content)
    assert list(folder_place.open().receipts()) == []
    assert set(folder_place.aside()) == {name, f"{name}.reason.txt"}
    assert reason in folder_place.aside()[f"{name}.reason.txt"]


def test_duplicate_file_is_set_aside(place):
    place.open().probe()
    for content in (accepted("k1"), accepted("k1")):
        place.answer("a.json", content)
        system = place.open()
        for _receipt, token in system.receipts():
            system.acknowledge(token)
    assert "read before" in place.aside()["a.json.reason.txt"]


def test_receipt_of_nothing_is_set_aside_alone(place):
    place.open().probe()
    place.answer("a.json", accepted("k1", "strange"))
    system = place.open()
    (_first, stored), (_second, strange) = system.receipts()
    system.set_aside(strange, "belongs to no case")
    system.acknowledge(stored)
    [(name, text)] = place.aside().items()
    assert name == "a.json-2.json"
    assert json.loads(text)["reason"] == "belongs to no case"
    assert json.loads(text)["receipt"]["key"] == "strange"


def test_link_in_the_folder_is_not_followed(folder_place, tmp_path):
    folder_place.open().probe()
    (tmp_path / "secret.json").write_bytes(accepted("k1"))
    (folder_place.folder / "in" / "a.json").symlink_to(tmp_path / "secret.json")
    assert list(folder_place.open().receipts()) == []
    (folder_place.folder / "work" / "draft").symlink_to(tmp_path / "secret.json")
    with pytest.raises(SystemUnreachable):
        folder_place.open().area.write("work/draft", [b"x"])
    assert (tmp_path / "secret.json").read_bytes() == accepted("k1")


def test_file_that_is_moved_already_is_not_deleted(place):
    system = place.open()
    system.send([make_record(1)])
    [name] = place.outgoing()
    with pytest.raises(SystemUnreachable):
        system.area.move("work/missing.unfinished", f"out/{name}")
    assert list(place.outgoing()) == [name]


# -- Connections -----------------------------------------------------------------------------------------------
def test_folder_outside_of_the_root_is_refused(folder_place, settings):
    for folder in ("../other", "/etc", "", "a\0b"):
        with pytest.raises(InvalidConfiguration):
            folder_place.open(folder=folder)
    settings.EXCHANGE_ROOT = ""
    with pytest.raises(InvalidConfiguration, match="EXCHANGE_ROOT"):
        folder_place.open()


def test_folder_that_cannot_be_written_is_unreachable(folder_place):
    folder_place.folder.write_text("a file")
    with pytest.raises(SystemUnreachable):
        folder_place.open().probe()


def test_other_host_key_is_refused(sftp_place):
    shown = sftp_place.values["host_key"]
    with pytest.raises(SystemRefused, match="another host key"):
        sftp_place.open(host_key=shown[:-1] + ("A" if shown[-1] != "A" else "B")).probe()


def test_other_key_is_refused_by_the_server(sftp_place, tmp_path):
    write_ssh_key(tmp_path / "other.key")
    with pytest.raises(SystemRefused, match="refuses our key"):
        sftp_place.open(private_key=(tmp_path / "other.key").read_text()).probe()


def test_server_in_an_internal_network_is_refused(sftp_place, settings):
    settings.EXCHANGE_INTERNAL_HOSTS = set()
    with pytest.raises(SystemRefused, match="EXCHANGE_INTERNAL_HOSTS"):
        sftp_place.open().probe()


def test_server_that_is_away_is_unreachable(sftp_place):
    with pytest.raises((SystemUnreachable, OSError)):
        sftp_place.open(port=1).probe()


def test_missing_folder_of_the_server_is_refused(sftp_place):
    with pytest.raises(SystemRefused, match="is missing there"):
        sftp_place.open(folder="/nowhere/at/all").probe()


@pytest.mark.parametrize(
    "change", [{"host_key": "abc"}, {"private_key": "no key"}, {"private_key": ""}, {"port": 0}]
)
def test_sftp_configuration_is_checked(sftp_place, change):
    with pytest.raises(InvalidConfiguration) as refused:
        sftp_place.open(**change)
    assert set(refused.value.faults) == set(change)


def test_full_disk_of_the_server_is_reported(tmp_path, sftp_place):
    (tmp_path / "small").mkdir()
    with sftp_server(tmp_path / "small", largest_file=10_000) as small:
        at = {"port": small.port, "host_key": small.host_key, "private_key": small.key.read_text()}
        with pytest.raises(SystemUnreachable):
            sftp_place.open(**at).send([make_record(1, fields={"name": "x" * 20_000})])
        assert sftp_place.outgoing() == {}
    sftp_place.open().send([make_record(1, fields={"name": "x" * 20_000})])
    assert len(sftp_place.outgoing()) == 1
