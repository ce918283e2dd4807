"""Production settings, as the operator's environment determines them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from mysite import checks
from mysite.settings import environment

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "www.orvenay.example",
    "COMMUNE_NAME": "Orvenay",
    "COMMUNE_BASE_URL": "https://www.orvenay.example",
    "MAIL_URL": "smtp://localhost",
    "COMMUNE_FROM_EMAIL": "noreply@orvenay.example",
}
# Reads the production settings once for each line of its input: an environment, and a file for the output. Each time in
# a process of its own, forked from one that has loaded the libraries, which takes most of the time.
READER = """
import json, os, sys
from mysite.settings import production

names = ["CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "CACHES"]
for line in sys.stdin:
    variables, path = json.loads(line)
    if os.fork():
        print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
        continue
    os.environ.clear()
    os.environ.update(variables)
    said = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1), os.dup2(said, 2)
    for name in [name for name in sys.modules if name.partition(".")[0] == "mysite"]:
        del sys.modules[name]
    from mysite.settings import production

    print(json.dumps({name: getattr(production, name, None) for name in names}, default=str))
    break
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Return a function that reads the production settings in another process: its exit code and what it says."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    path = tmp_path_factory.mktemp("settings") / "said"
    command = [sys.executable, "-c", READER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=inherited | NEEDED, **pipes) as reader:

        def read(**variables) -> tuple[int, str]:
            path.write_text("")
            print(json.dumps([inherited | NEEDED | variables, str(path)]), file=reader.stdin, flush=True)
            return int(reader.stdout.readline()), path.read_text()

        yield read


@pytest.fixture
def production(started):
    """Return a function that returns the relevant production settings."""

    def read(**variables) -> dict:
        code, said = started(**variables)
        assert code == 0, said
        return json.loads(said)

    return read


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAIL_URL", "", "Set the environment variable MAIL_URL."),
        ("COMMUNE_BASE_URL", "", "Set the environment variable COMMUNE_BASE_URL."),
        (
            "ALLOWED_HOSTS",
            "https://www.orvenay.example",
            "ALLOWED_HOSTS has 'https://www.orvenay.example': write",
        ),
        ("COMMUNE_VAR", "var", "COMMUNE_VAR is 'var': write the whole path"),
        (
            "COMMUNE_VAR",
            "/dev/null/var",
            "COMMUNE_VAR: /dev/null cannot be written: give it to who runs this",
        ),
        ("COMMUNE_CURRENCY", "Franken", "COMMUNE_CURRENCY: write it as CHF"),
        ("MAP_CENTRE", "Orvenay", "MAP_CENTRE: write it as 46.45,6.4,12."),
        ("SMS_COUNTRIES", "Suisse", "SMS_COUNTRIES: write it as CH,FR."),
        ("NEWSLETTER_BOUNCE_ADDRESS", "retours", "NEWSLETTER_BOUNCE_ADDRESS: write it as"),
        ("ANYMAIL_WEBHOOK_SECRET", "secret", "ANYMAIL_WEBHOOK_SECRET: write it as user:password."),
        ("PUSH_SERVICES", "fcm.googleapis.com", "PUSH_SERVICES: write addresses without a path"),
        ("LOG_LEVEL", "debug", "LOG_LEVEL is 'debug': write one of"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml': write one of json, line."),
        ("SENTRY_DSN", "https://errors.example", "SENTRY_DSN: write it as https://key@errors.example.org/1."),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN: write it as 20 or more random letters and digits."),
        ("MAIL_URL", "mail.orvenay.example:587", "MAIL_URL: write it as smtp://"),
        ("DATABASE_URL", "postgres://commune@localhost:abc/commune", "DATABASE_URL: write it as postgres://"),
        ("DATABASE_DIRECT_URL", "postgres://db/commune", "Set DATABASE_URL to the address of the pooler"),
        ("DATABASE_REPLICA_URL", "postgres://db/commune", "Set DATABASE_URL to the primary"),
        ("DATABASE_REPLICA_LAG", "0", "DATABASE_REPLICA_LAG is '0': write a whole number of at least 1."),
        ("MEDIA_STORE_URL", "https://s3.example.org/media", "MEDIA_STORE_URL: write it as s3://"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL: write it as redis://"),
        ("COMMUNE_BASE_URL", "www.orvenay.example", "COMMUNE_BASE_URL is 'www.orvenay.example': write it as"),
        ("COMMUNE_LANGUAGE", "rm", "COMMUNE_LANGUAGE is 'rm': write one of de, en, fr, it."),
        ("COMMUNE_COUNTRY", "Suisse", "COMMUNE_COUNTRY is 'Suisse': write a country"),
        ("SMS_URL", "sms.orvenay.example", "SMS_URL: write an address as https://"),
    ],
)
def test_missing_or_wrong_variable_prevents_the_start(started, name, value, said):
    code, output = started(**{name: value})
    assert code
    assert output.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {said}")


HOST_KEY = f"SHA256:{'aB3+/' * 8}xyz"
AGE_KEY = "age1qglttw66nglsapus2l09l8qjckmhtccpnffmtkne6a5k0aps79wsz455wn"
READERS = {
    "text": lambda: environment.read_text("X"),
    "number": lambda: environment.read_number("X", 5, least=1),
    "flag": lambda: environment.read_flag("X"),
    "choice": lambda: environment.read_choice("X", "none", {"none", "http"}),
    "site": lambda: environment.read_site_url("X", "http://localhost:8000"),
    "address": lambda: environment.read_service_url("X"),
    "sender": lambda: environment.read_mail_sender("X", "Wil; SG"),
    "sms_sender": lambda: environment.read_sms_sender("X", "Évolène (VS)"),
    "redis": lambda: environment.read_redis_url("X"),
    "error reports": lambda: environment.read_error_reports("X"),
    "tiles": lambda: environment.read_tiles("X"),
    "scanner": lambda: environment.read_scanner("X"),
    "seal": lambda: environment.read_seal("X"),
    "hosts": lambda: environment.read_hosts("X"),
    "time zone": lambda: environment.read_time_zone("X", "Europe/Zurich"),
    "country": lambda: environment.read_country("X", "UNSET")[0],
    "subdivision": lambda: environment.read_country("UNSET", "X")[1],
    "database": lambda: environment.read_database("X")["HOST"],
    "encryption": lambda: environment.read_database("X")["OPTIONS"].get("sslmode"),
    "mailer": lambda: environment.read_mailer("X")["OPTIONS"]["port"],
    "ged": lambda: environment.read_document_store("X", "directory:/srv/ged"),
    "bounces": lambda: environment.read_bounce_mailbox("X"),
    "backup place": lambda: environment.read_backup_target("X"),
    "host keys": lambda: environment.read_host_keys("X"),
    "backup keys": lambda: environment.read_backup_recipients("X"),
    "retention": lambda: environment.read_retention_rule("X", "7,4,12").weeks,
    "time": lambda: environment.read_time("X", "02:15").hour,
}


@pytest.mark.parametrize(
    ("reader", "value", "read", "refused"),
    [
        ("text", "x", "x", [""]),
        ("number", "1", 1, ["0", "-1", "1.5", "٣", "", "many"]),
        ("flag", "Yes", True, ["2", "maybe"]),
        ("flag", "off", False, ["never"]),
        ("choice", "http", "http", ["", "HTTP", "https"]),
        ("site", "", "http://localhost:8000", []),
        (
            "site",
            "https://www.orvenay.ch/",
            "https://www.orvenay.ch",
            ["bla", "www.orvenay.ch", "/", "https://"],
        ),
        (
            "site",
            "http://[::1]:8000",
            "http://[::1]:8000",
            ["http://::1:8000", "http://[::1", "https://:443"],
        ),
        (
            "site",
            "https://a.ch:8443",
            "https://a.ch:8443",
            ["https://a.ch:abc", "https://a.ch/x", "https://a.ch?x"],
        ),
        (
            "address",
            "https://sms.example/v1",
            "https://sms.example/v1",
            ["sms.example", "ftp://h", "https://", "https://[h", "https://h:abc"],
        ),
        ("address", "", "", []),
        ("sender", "Orvenay <a@b.ch>", "Orvenay <a@b.ch>", ["Orvenay", "Wil; SG <a@b.ch>", "a@b.ch, c@d.ch"]),
        ("sender", "", '"Wil; SG" <noreply@orvenay.example>', []),
        (
            "sms_sender",
            "+41791234567",
            "+41791234567",
            [],
        ),  # shown whole, because replies would go to another number
        ("sms_sender", "Saint-Légier", "Saint Legie", []),
        ("sms_sender", "", "Evolene VS", []),
        (
            "redis",
            "rediss://:p@h:6379/0",
            "rediss://:p@h:6379/0",
            ["h:6379", "redis://", "redis://h:abc", "http://h"],
        ),
        ("redis", "unix:///run/redis.sock", "unix:///run/redis.sock", ["unix://"]),
        (
            "redis",
            "redis://a:6379,rediss://b:6379/1",
            "redis://a:6379,rediss://b:6379/1",
            ["redis://a,b:6379"],
        ),
        ("redis", "redis:///0", "redis:///0", []),
        ("redis", "", "", []),
        (
            "tiles",
            "https://h/{z}/{x}/{y}.png",
            "https://h/{z}/{x}/{y}.png",
            ["https://h/{z}/{x}.png", "h/{z}/{x}/{y}.png", "https://[h/{z}/{x}/{y}.png"],
        ),
        ("error reports", "", "", []),
        (
            "error reports",
            "https://k@h/1",
            "https://k@h/1",
            ["https://h/1", "k@h/1", "https://k@h", "https://k@h:abc/1", "ftp://k@h/1"],
        ),
        ("scanner", "tcp://h:3310", "tcp://h:3310", ["tcp://h", "h:3310", "tcp://h:abc"]),
        ("scanner", "unix:///run/clamd.ctl", "unix:///run/clamd.ctl", ["unix://"]),
        ("seal", "pkcs12:/srv/seal.p12", "pkcs12:/srv/seal.p12", ["seal.p12", "pkcs12:seal.p12"]),
        ("hosts", "a.ch, .b.ch", ["a.ch", ".b.ch"], ["https://a.ch", "a.ch:443", "a.ch/x", "a.ch b.ch"]),
        ("hosts", "*,[::1]", ["*", "[::1]"], []),
        ("time zone", "", "Europe/Zurich", ["Europe/Zürich", "Zurich"]),
        ("country", "FR", "FR", ["XX", "ch", "CHE", ""]),
        ("subdivision", "GE", "GE", ["XX"]),
        ("subdivision", "", "", ["CH-VD"]),
        ("database", "postgres://u@h:5432/x", "h", ["postgres://u@h:abc/x", "postgres://u@h:99999/x"]),
        ("database", "postgresql://h/x", "h", ["mysql://h/x", "postgres://h", "postgres://[h/x"]),
        ("encryption", "postgres://h/x?sslmode=verify-full", "verify-full", []),
        ("encryption", "postgres://h/x", None, []),
        ("mailer", "smtp://h", 25, ["smtp://h:abc", "smtp://h:0", "smtp://", "h:25", "imap://h"]),
        ("mailer", "smtps://u:p@h", 465, ["smtps://[h"]),
        (
            "mailer",
            "smtp://h:587?tls=1",
            587,
            ["smtp://h:587?tls=yes", "smtp://h:587/tls=1", "smtp://h?TLS=1"],
        ),
        (
            "ged",
            "webdavs://u:p@h/x",
            "webdavs://u:p@h/x",
            ["webdav://[x", "webdav://h:abc/x", "https://h/x", "x"],
        ),
        ("ged", "", "directory:/srv/ged", ["directory://srv"]),
        (
            "backup place",
            "file:///srv/backup",
            "file:///srv/backup",
            ["/srv/backup", "file://srv/backup", "file:///"],
        ),
        ("backup place", "", "", []),
        (
            "backup place",
            "sftp://commune@host:23/~/backup",
            "sftp://commune@host:23/~/backup",
            [
                "sftp://host/backup",
                "sftp://commune@host",
                "sftp://commune@host/",
                "sftp://commune:secret@host/backup",
            ],
        ),
        (
            "backup place",
            "s3://commune-backup/orvenay",
            "s3://commune-backup/orvenay",
            ["s3:///orvenay", "s3://key:secret@bucket/orvenay", "https://s3.example/bucket"],
        ),
        (
            "host keys",
            f"{HOST_KEY}, {HOST_KEY}",
            [HOST_KEY, HOST_KEY],
            ["ssh-ed25519 AAAA", HOST_KEY[:-1], f"{HOST_KEY}=", f"{HOST_KEY} {HOST_KEY}", "MD5:aa:bb"],
        ),
        ("host keys", "", [], []),
        ("backup keys", AGE_KEY, [AGE_KEY], ["age1xyz", f"{AGE_KEY},ssh-ed25519 AAAA", AGE_KEY[:-1]]),
        ("backup keys", "", [], []),
        ("retention", "1,2,3", 2, ["7", "7,4", "a,b,c", "7,4,-1"]),
        ("time", "", 2, ["24:00", "2:15", "02:60", "night"]),
        ("bounces", "imaps://u:p@h/INBOX", "imaps://u:p@h/INBOX", ["imaps://h:abc/INBOX", "imap://[h", "h"]),
    ],
)
def test_variable_is_read_or_refused_with_a_sentence(monkeypatch, reader, value, read, refused):
    monkeypatch.delenv("UNSET", raising=False)
    monkeypatch.setenv("X", value)
    assert READERS[reader]() == read
    for bad in refused:
        monkeypatch.setenv("X", bad)
        with pytest.raises(
            ImproperlyConfigured, match=r"^(X( (is|has) .+)?: .+|Set the environment variable X)\.$"
        ):
            READERS[reader]()


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("COMMUNE_TIMEZONE", "COMMUNE_TIME_ZONE"),
        ("CLAMD_URL", "CLAMAV_URL"),
        ("LANGUAGE", ""),
        ("HOSTNAME", ""),
    ],
)
def test_misspelled_variable_name_is_reported(monkeypatch, slip, meant):
    monkeypatch.setattr(checks.os, "environ", {slip: "1"})
    assert [warning.hint for warning in checks.check_environment_names(None)] == (
        [f"Is {meant} meant?"] if meant else []
    )
    monkeypatch.setattr(checks.os, "environ", {slip: "1", meant: "1"})
    assert checks.check_environment_names(None) == []


def test_canton_setting_is_dropped_outside_switzerland(monkeypatch):
    monkeypatch.delenv("UNSET", raising=False)
    assert environment.read_country("UNSET", "UNSET") == ("CH", "VD")
    monkeypatch.setenv("X", "LU")
    assert environment.read_country("X", "UNSET") == ("LU", "")


@pytest.mark.parametrize("issuer", ["https://[id.example", "id.example", "https://id.example:abc"])
def test_identity_provider_without_a_url_is_refused(monkeypatch, issuer):
    monkeypatch.setenv("X_CLIENT_ID", "commune")
    monkeypatch.setenv("X_CLIENT_SECRET", "secret")
    monkeypatch.setenv("X_ISSUER", "https://id.example/realm")
    assert environment.read_identity_provider("X")[0]["name"] == "id.example"
    monkeypatch.setenv("X_ISSUER", issuer)
    with pytest.raises(ImproperlyConfigured, match="X_ISSUER: write an address"):
        environment.read_identity_provider("X")


def test_proxy_headers_are_not_trusted_without_a_proxy(production):
    settings = production()
    assert settings["SECURE_PROXY_SSL_HEADER"] is None
    assert settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is False


def test_trusted_proxies_determine_the_scheme(production):
    settings = production(TRUSTED_PROXIES="1", SECURE_HSTS_INCLUDE_SUBDOMAINS="1")
    assert settings["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True


@pytest.mark.parametrize(
    ("hosts", "origins"),
    [
        (["www.orvenay.example"], ["https://www.orvenay.example"]),
        ([".orvenay.example"], ["https://orvenay.example", "https://*.orvenay.example"]),
        (["*"], []),
    ],
)
def test_csrf_origins_are_the_hosts_of_the_site(production, hosts, origins):
    assert environment.trusted_origins(hosts) == origins
    assert production(ALLOWED_HOSTS=",".join(hosts))["CSRF_TRUSTED_ORIGINS"] == origins


def test_redis_url_sets_the_cache(production):
    made = production(REDIS_URL="redis://localhost:6379/0")["CACHES"]["default"]
    assert made["LOCATION"] == "redis://localhost:6379/0"
    cache = import_string(made["BACKEND"])(made["LOCATION"], {})
    assert cache._cache.get_client()  # its library is installed; it connects only when it is used


def test_staff_time_zones_are_known_to_browsers(settings):
    assert settings.TIME_ZONE in settings.WAGTAIL_USER_TIME_ZONES
    assert not {"localtime", "Factory"} & set(settings.WAGTAIL_USER_TIME_ZONES)
