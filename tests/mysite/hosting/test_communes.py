"""Settings files of communes, by examples."""

import pytest

from mysite.hosting.communes import (
    NAME,
    CommuneFile,
    examine_file,
    find_conflicts,
    find_files,
    parse_variables,
)

SETTINGS = {
    "SECRET_KEY": "of-orvenay",
    "ALLOWED_HOSTS": "www.orvenay.example,orvenay.example",
    "COMMUNE_NAME": "Orvenay",
    "COMMUNE_BASE_URL": "https://www.orvenay.example",
    "COMMUNE_VAR": "/var/lib/commune/communes/orvenay",
    "DATABASE_URL": "postgres:///commune_orvenay",
    "DATABASE_REPLICA_URL": "postgres://replica.example/commune_orvenay",
    "BOUNCE_MAILBOX_URL": "imaps://bounces:old@mail.example/INBOX",
}
OTHER = {
    "SECRET_KEY": "of-vernes",
    "ALLOWED_HOSTS": "vernes.example",
    "COMMUNE_VAR": "/var/lib/commune/communes/vernes",
    "DATABASE_URL": "postgres:///commune_vernes",
    "DATABASE_REPLICA_URL": "postgres://replica.example/commune_vernes",
    "BOUNCE_MAILBOX_URL": "imaps://bounces-of-vernes:x@mail.example/INBOX",
}


@pytest.fixture
def written(tmp_path):
    """Return a function that writes the file of a commune and examines it."""

    def write(name: str, **changed: str) -> CommuneFile:
        path = tmp_path / f"{name}.env"
        path.write_text("".join(f"{key}='{value}'\n" for key, value in (SETTINGS | changed).items() if value))
        return examine_file(name, path, b"salt")

    return write


def test_settings_file_is_read_as_the_shell_reads_it():
    text = "# a comment\n\nA=plain\nB='two words'\nC=\"l’été\"\nD=\n"
    assert parse_variables(text) == {"A": "plain", "B": "two words", "C": "l’été", "D": ""}


@pytest.mark.parametrize("line", ["A", "A=two words", "A='open", "1A=x", "export A=x"])
def test_settings_file_names_the_line_that_is_none(line):
    with pytest.raises(ValueError, match="line 2 is not written as"):
        parse_variables(f"B=x\n{line}\n")


@pytest.mark.parametrize("name", ["orvenay", "saint-cergue", "a", "x2", "a" * 32])
def test_commune_name_is_accepted(name):
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "2a", "Orvenay", "a_b", "a/b", "a.b", "é", "a" * 33])
def test_commune_name_is_refused(name, tmp_path):
    assert not NAME.fullmatch(name)
    assert examine_file(name, tmp_path / "none", b"salt").fault


def test_settings_file_without_what_is_needed_names_it(written):
    assert written("orvenay", SECRET_KEY="", COMMUNE_VAR="").fault == "its file lacks SECRET_KEY, COMMUNE_VAR"


def test_settings_file_with_every_host_name_is_refused(written):
    assert "ALLOWED_HOSTS is *" in written("orvenay", ALLOWED_HOSTS="*").fault


def test_settings_file_that_is_none_is_refused(tmp_path):
    assert examine_file("orvenay", tmp_path / "orvenay.env", b"salt").fault == "No such file or directory"
    (tmp_path / "orvenay.env").write_bytes(b"A=\xff\n")
    assert examine_file("orvenay", tmp_path / "orvenay.env", b"salt").fault


def test_examined_file_has_no_secret(written):
    known = str(written("orvenay", DATABASE_URL="postgres://u:hidden@db.example/x", SECRET_KEY="hidden"))
    assert "hidden" not in known


def test_secret_in_a_file_counts(written, tmp_path):
    (tmp_path / "key").write_text("of-orvenay\n")
    (tmp_path / "vernes.credentials").mkdir()
    (tmp_path / "vernes.credentials" / "SECRET_KEY").write_text("of-orvenay\n")
    plain = written("orvenay")
    from_file = written("kept", SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
    from_credential = written("vernes", SECRET_KEY="")
    assert plain.marks["SECRET_KEY"] == from_file.marks["SECRET_KEY"] == from_credential.marks["SECRET_KEY"]


def test_two_communes_are_served(written):
    assert find_conflicts([written("orvenay"), written("vernes", **OTHER)]) == {}


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ({"SECRET_KEY": "of-orvenay"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "vernes.example,ORVENAY.example"}, "the host name orvenay.example"),
        ({"ALLOWED_HOSTS": ".orvenay.example"}, "the host name www.orvenay.example"),
        ({"COMMUNE_VAR": "/var/lib/commune/communes/orvenay/"}, "the folder COMMUNE_VAR"),
        ({"COMMUNE_VAR": "/var/lib/commune/communes/orvenay/x"}, "the folder COMMUNE_VAR"),
        ({"COMMUNE_VAR": "/var/lib/commune"}, "the folder COMMUNE_VAR"),
        ({"DATABASE_URL": "postgres://vernes:x@localhost:5432/commune_orvenay?sslmode=off"}, "DATABASE_URL"),
        (
            {"DATABASE_URL": "postgres://pool/x", "DATABASE_DIRECT_URL": "postgres:///commune_orvenay"},
            "DATABASE_URL",
        ),
        (
            {"DATABASE_URL": "postgres://db/x", "DATABASE_REPLICA_URL": "postgres:///commune_orvenay"},
            "DATABASE_URL",
        ),
        ({"BOUNCE_MAILBOX_URL": "imaps://bounces:new@mail.example:993/INBOX/"}, "BOUNCE_MAILBOX_URL"),
        ({"BOUNCE_MAILBOX_URL": "imap://bounces:old@MAIL.example"}, "BOUNCE_MAILBOX_URL"),
    ],
)
def test_communes_that_share_something_are_refused(written, shared, said):
    refused = find_conflicts([written("orvenay"), written("vernes", **(OTHER | shared))])
    assert refused["orvenay"] == f"it shares {said} with vernes"
    assert refused.keys() == {"orvenay", "vernes"}


def test_commune_that_is_served_goes_on_beside_one_that_shares(written):
    shares = OTHER | {"SECRET_KEY": "of-orvenay"}
    refused = find_conflicts([written("orvenay"), written("vernes", **shares)], served=["orvenay"])
    assert refused == {"vernes": "it shares SECRET_KEY with orvenay"}


def test_commune_with_a_fault_refuses_no_other(written):
    refused = find_conflicts([written("orvenay"), written("vernes", COMMUNE_NAME="")])
    assert refused == {"vernes": "its file lacks COMMUNE_NAME"}


def test_unfinished_files_are_no_communes(tmp_path):
    for name in ("orvenay.env", ".vernes.env", "orvenay.env~", "notes.txt"):
        (tmp_path / name).touch()
    assert list(find_files(tmp_path)) == ["orvenay"]
