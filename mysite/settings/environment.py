"""Readers of environment variables, which refuse a bad value with an instruction."""

import os
import re
import unicodedata
from collections.abc import Callable
from datetime import time
from email.headerregistry import Address
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

import holidays
import pyrage
from django.core.exceptions import ImproperlyConfigured

from home.files.writable_folders import find_unwritable

from ..backups.logic.retention_rule import RetentionRule

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
NUMBER, NO_NAME = re.compile(r"\+?[0-9]{3,15}"), re.compile(r"[^A-Za-z0-9]+")
ENGINES = {"postgres": "django.db.backends.postgresql", "postgresql": "django.db.backends.postgresql"}


OF_FILE = "_FILE"  # ending of the variable that names the file of a value
asked: set[str] = set()  # names of all known variables


def read_variable(name: str, default: str | None = None) -> str | None:
    """Return the raw variable or the line of its file, and register its name as known.

    A file is one named by ``NAME_FILE``, as for secrets of Docker, or a credential of systemd named ``NAME``.
    """
    asked.add(name)
    if f"{name}{OF_FILE}" in os.environ:
        asked.add(f"{name}{OF_FILE}")
    sources = {
        name: os.environ.get(name),
        f"{name}{OF_FILE}": os.environ.get(f"{name}{OF_FILE}"),
        f"the credential {name}": _credential(name),
    }
    given = [source for source, value in sources.items() if value]
    if len(given) > 1:
        raise ImproperlyConfigured(f"{' and '.join(given)} are both set: keep one of them.")
    if not given or given == [name]:
        return os.environ.get(name, default)
    return _read_line(given[0], Path(sources[given[0]]))


def _credential(name: str) -> str:
    """Return the path of a credential that systemd passed to this service; "" if there is none."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return str(Path(folder, name)) if folder and Path(folder, name).exists() else ""


def _read_line(source: str, path: Path) -> str:
    """Return the one line of a file. Two lines are another file by mistake, such as a certificate."""
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{source} is {str(path)!r}: write the whole path, as /run/secrets/key.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ImproperlyConfigured(f"{source}: {path} cannot be read: {reason}.") from None
    if len(lines) != 1 or not lines[0].strip():
        raise ImproperlyConfigured(f"{source}: {path} must hold one line, the value itself.")
    return lines[0].strip()


def read_text(name: str, default: str | None = None) -> str:
    """Return the variable ``name``. Without a default it must be set and not empty."""
    value = read_variable(name, default)
    if not value and default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def require_all(*names: str) -> None:
    """Raise ``ImproperlyConfigured`` with the names of all missing variables at once."""
    missing = [name for name in names if not read_variable(name)]
    if missing:
        many = "s" if len(missing) > 1 else ""
        raise ImproperlyConfigured(f"Set the environment variable{many} {', '.join(missing)}.")


def read_pattern(name: str, pattern: str, written: str, default: str = "") -> str:
    """Return the variable ``name``; it must match ``pattern`` or be empty.

    The error message shows how it is ``written``.
    """
    value = read_variable(name) or default
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name}: write it as {written}.")
    return value


def read_folder(name: str, default: Path) -> Path:
    """Return a writable folder by its absolute path.

    Relative paths are refused, because site and worker may be started in different folders.
    """
    value = Path(read_variable(name) or default)
    if not value.is_absolute():
        raise ImproperlyConfigured(f"{name} is {str(value)!r}: write the whole path, as /srv/commune/var.")
    if there := find_unwritable(value):
        raise ImproperlyConfigured(
            f"{name}: {there} cannot be written: give it to who runs this, or name another."
        )
    return value


def file(name: str, default: Path) -> Path:
    """Return the absolute path of a file in a writable folder."""
    value = Path(read_variable(name) or default)
    if not value.is_absolute():
        raise ImproperlyConfigured(
            f"{name} is {str(value)!r}: write the whole path, as /srv/commune/var/file.txt."
        )
    if value.is_dir() or (there := find_unwritable(value.parent)):
        place = value if value.is_dir() else there
        raise ImproperlyConfigured(f"{name}: {place} cannot be written as a file: name another place.")
    return value


@cache  # reading their folders takes 20 ms, and each process of a host reads its settings
def known_time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_time_zone(name: str, default: str) -> str:
    """Return the name of a time zone."""
    value = read_variable(name) or default
    if value not in known_time_zones():
        raise ImproperlyConfigured(f"{name} is {value!r}: write it as Europe/Zurich.")
    return value


def read_hosts(name: str) -> list[str]:
    """Return the host names of the site."""
    found = read_list(name)
    for host in found:
        if not re.fullmatch(r"[^/:@\s]+|\[[^]]+\]", host):
            raise ImproperlyConfigured(
                f"{name} has {host!r}: write names alone, separated by commas, as www.orvenay.ch,orvenay.ch."
            )
    return found


def split_url(url: str) -> SplitResult:
    """Return the parts of an address; all empty if it is invalid, as with a port that is no number."""
    try:
        found = urlsplit(url)
        usable = found.port != 0  # an invalid port raises only here
    except ValueError:
        usable = False
    return found if usable else urlsplit("")


def read_site_url(name: str, default: str) -> str:
    """Return the public address of the site, without a slash at the end, because paths are appended."""
    value = read_variable(name) or default
    if not split_url(value).hostname or csp_origin(value) != [value.rstrip("/")]:
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write it as https://www.orvenay.ch, without a path."
        )
    return value.rstrip("/")


def read_service_url(name: str, default: str = "") -> str:
    """Return the address of an external service; "" if unset and without a default."""
    value = read_variable(name) or default
    if value and not (split_url(value).hostname and csp_origin(value)):
        raise ImproperlyConfigured(f"{name}: write an address as https://www.example.org.")
    return value


def read_mail_sender(name: str, display: str) -> str:
    """Return the sender of e-mails, such as ``Commune d’Orvenay <noreply@orvenay.ch>``.

    If unset: ``display`` at an example address.
    """
    value = read_variable(name) or str(Address(display, addr_spec="noreply@orvenay.example"))
    found = getaddresses([value])  # parseaddr of older Python 3.12 returns the first of two addresses
    if len(found) != 1 or "@" not in found[0][1]:
        raise ImproperlyConfigured(
            f'{name} is {value!r}: write it as "Commune d’Orvenay" <noreply@orvenay.ch>, the name in quotation marks.'
        )
    return value


def read_redis_url(name: str) -> str:
    """Return the address of Redis; "" if unset.

    ``redis://host:6379/0``, ``rediss://…`` or ``unix:///run/redis.sock``. Several are separated by commas or
    semicolons, as in Django; the first one is written to.
    """
    value = read_variable(name, "")
    urls = [split_url(one) for one in re.split("[,;]", value)]
    there = all(url.scheme in {"redis", "rediss", "unix"} and (url.hostname or url.path) for url in urls)
    if value and not there:
        raise ImproperlyConfigured(f"{name}: write it as redis://host:6379/0 or unix:///run/redis.sock.")
    return value


def read_country(country: str, subdivision: str) -> tuple[str, str]:
    """Return the country of the commune and its subdivision, by the names of their variables.

    Only countries with known public holidays are accepted, because working days depend on them. Outside the default
    country the subdivision is empty unless it is set.
    """
    chosen = read_variable(country, "CH")
    if len(chosen) != 2 or chosen not in holidays.list_supported_countries():
        raise ImproperlyConfigured(
            f"{country} is {chosen!r}: write a country of known holidays in two capitals, as CH."
        )
    part = read_variable(subdivision, "VD" if chosen == "CH" else "")
    try:
        holidays.country_holidays(chosen, subdiv=part or None)
    except NotImplementedError:
        parts = ", ".join(holidays.list_supported_countries()[chosen])
        said = f"for {chosen}, leave it empty" + (f" or write one of {parts}." if parts else ".")
        raise ImproperlyConfigured(f"{subdivision} is {part!r}: {said}") from None
    return chosen, part


def read_flag(name: str, default: bool = False) -> bool:
    """Return a boolean: 1, true, yes, on or 0, false, no, off."""
    value = read_variable(name)
    if value is None:
        return default
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 for yes or 0 for no.")


def read_number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number of at least ``least``."""
    value = read_variable(name, str(default))
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number of at least {least}.")


def read_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in read_variable(name, default).split(",") if word.strip()]


def trusted_origins(hosts: list[str]) -> list[str]:
    """Return the origins from which forms are accepted, by ``ALLOWED_HOSTS``.

    A leading dot includes all subdomains.
    """
    named = [host for host in hosts if host != "*"]
    below = [f"https://*{host}" for host in named if host.startswith(".")]
    return [f"https://{host.removeprefix('.')}" for host in named] + below


def read_choice(name: str, default: str, allowed: set[str]) -> str:
    """Return one of ``allowed``."""
    value = read_variable(name, default)
    if value in allowed:
        return value
    raise ImproperlyConfigured(f"{name} is {value!r}: write one of {', '.join(sorted(allowed))}.")


def without_double(name: str, values: list[str], double: str) -> list[str]:
    """Return ``values`` of the variable ``name``. Raise ``ImproperlyConfigured`` if it has the demo's ``double``."""
    if double in values:
        raise ImproperlyConfigured(f"{name}: {double} is a double of the demo. Name a real one, or none.")
    return values


def read_translator(deepl_key: str, libre_url: str, libre_key: str) -> dict | None:
    """Return the machine translator of wagtail-localize; None if none is configured.

    DeepL by key or LibreTranslate by address.
    """
    key, url = read_variable(deepl_key, ""), read_service_url(libre_url).rstrip("/")
    if key and url:
        raise ImproperlyConfigured(f"Set {deepl_key} or {libre_url}, not both.")
    if key:
        # DeepL has no target "English", only British or American.
        options = {"AUTH_KEY": key, "FORMALITY": "prefer_more"}
        return {"CLASS": "home.translation.machine_translators.DeepL", "OPTIONS": options}
    if not url:
        return None
    options = {"LIBRETRANSLATE_URL": url, "API_KEY": read_variable(libre_key, "")}
    return {"CLASS": "home.translation.machine_translators.LibreTranslate", "OPTIONS": options}


def read_tiles(name: str) -> str:
    """Return the address of map tiles; "" if unset, in which case no map is shown."""
    value = read_variable(name, "")
    if value and not (
        all(part in value for part in ("{z}", "{x}", "{y}")) and (value[0] == "/" or csp_origin(value))
    ):
        raise ImproperlyConfigured(f"{name}: write it as https://tiles.example/{{z}}/{{x}}/{{y}}.png.")
    return value


def read_origins(name: str, default: str) -> list[str]:
    """Return comma-separated origins that may be called, as ``https://push.example``; ``*.`` for subdomains."""
    found = read_list(name, default)
    if any(csp_origin(one) != [one] for one in found):
        raise ImproperlyConfigured(f"{name}: write addresses without a path, as https://*.push.example.")
    return found


def csp_origin(url: str) -> list[str]:
    """Return the origin for a content security policy as a list; [] for an address of this site."""
    found = split_url(url.replace("{s}", "*"))
    return [f"{found.scheme}://{found.netloc}"] if found.scheme in {"http", "https"} and found.netloc else []


def read_error_reports(name: str) -> str:
    """Return the address of a server for error reports, with the key of the project in it; "" if unset."""
    value = read_variable(name, "")
    url = split_url(value)
    there = url.scheme in {"http", "https"} and url.hostname and url.username and url.path.strip("/")
    if value and not there:
        raise ImproperlyConfigured(f"{name}: write it as https://key@errors.example.org/1.")
    return value


def read_scanner(name: str) -> str:
    """Return the address of clamd: ``tcp://127.0.0.1:3310`` or ``unix:///run/clamd.ctl``; "" if unset."""
    return _leading(
        name,
        lambda url: (
            (url.scheme == "tcp" and url.hostname and url.port) or (url.scheme == "unix" and url.path)
        ),
        "tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl",
    )


def read_seal(name: str) -> str:
    """Return the location of the seal key, as ``pkcs12:/srv/commune/seal.p12``; "" if unset."""
    return _leading(
        name,
        lambda url: url.scheme and url.path.startswith("/"),
        "pkcs12:/srv/commune/seal.p12 or pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=commune&label=seal",
    )


def read_document_store(name: str, default: str) -> str:
    """Return the document store: ``directory:///srv/ged`` or ``webdavs://user:password@host/path``."""
    return _leading(
        name,
        lambda url: (
            url.path.startswith("/")
            and (url.hostname if url.scheme in {"webdav", "webdavs"} else url.scheme == "directory")
        ),
        "directory:///srv/ged or webdavs://user:password@host/path",
        default,
    )


def read_bounce_mailbox(name: str) -> str:
    """Return the mailbox of bounces, as ``imaps://user:password@host/INBOX``; "" if unset."""
    return _leading(
        name,
        lambda url: url.hostname if url.scheme in {"imap", "imaps"} else url.scheme == "maildir" and url.path,
        "imaps://user:password@host/INBOX or maildir:///var/mail/bounces",
    )


def read_backup_target(name: str) -> str:
    """Return the place of backups, as ``file:///srv/backup``; "" if unset."""
    return _leading(
        name, _is_backup_target, "file:///srv/backup, sftp://user@host/folder or s3://bucket/folder"
    )


def _is_backup_target(url: SplitResult) -> bool:
    if url.scheme == "sftp":
        return bool(url.username and url.password is None and url.hostname and len(url.path) > 1)
    if url.scheme == "s3":
        return bool(re.fullmatch(r"[\w.-]+", url.netloc, re.ASCII))
    return url.scheme == "file" and not url.netloc and len(url.path) > 1


def read_answer_keys(name: str) -> list[str]:
    """Return the keys of stored answers, the one that encrypts first."""
    found = read_list(name)
    for key in found:
        if not re.fullmatch(r"[\w-]{43}=", key, re.ASCII):
            raise ImproperlyConfigured(
                f"{name}: write keys as `manage.py encrypt_answers --new-key` prints them, separated by commas, the "
                "newest first."
            )
    return found


def read_contacts(name: str) -> list[str]:
    """Return addresses at which people are reached, as ``mailto:security@orvenay.ch``."""
    one = r"(mailto:[^@\s,]+@[^@\s,]+|https://[^\s,]+|tel:\+[\d-]+)"
    read_pattern(name, rf"{one}( *, *{one})*", "mailto:…, https://… or tel:+…, separated by commas")
    return read_list(name)


def read_host_keys(name: str) -> list[str]:
    """Return the fingerprints of host keys, as ``ssh-keygen -lf`` prints them."""
    one = r"SHA256:[A-Za-z0-9+/]{43}"
    read_pattern(name, rf"{one}( *, *{one})*", "SHA256:… as `ssh-keygen -lf` prints it, separated by commas")
    return read_list(name)


def read_backup_recipients(name: str) -> list[str]:
    """Return public keys of age."""
    found = read_list(name)
    for one in found:
        try:
            pyrage.x25519.Recipient.from_str(one)
        except pyrage.RecipientError:
            raise ImproperlyConfigured(
                f"{name} has {one!r}: write public keys (age1…), separated by commas, as `manage.py backup --new-key` "
                "prints them."
            ) from None
    return found


def read_retention_rule(name: str, default: str) -> RetentionRule:
    """Return how many days, weeks and months retain a backup, from three numbers such as ``7,4,12``."""
    value = read_pattern(name, r"\d{1,3},\d{1,3},\d{1,3}", "7,4,12: days, weeks, months", default)
    return RetentionRule(*map(int, value.split(",")))


def read_time(name: str, default: str) -> time:
    """Return a time of day, as ``02:15``."""
    return time.fromisoformat(read_pattern(name, r"([01]\d|2[0-3]):[0-5]\d", "02:15", default))


def _leading(name: str, there: Callable[[SplitResult], object], written: str, default: str = "") -> str:
    """Return the address in ``name`` if ``there`` accepts it; "" if unset.

    The error message shows how it is ``written``.
    """
    value = read_variable(name) or default
    if value and not there(split_url(value)):
        raise ImproperlyConfigured(f"{name}: write it as {written}.")
    return value


LEVELS = {
    "email": 10,
    "known": 20,
    "assured": 30,
}  # values of accounts.IdentityLevel; settings load before models


def read_identity_levels(name: str) -> dict[str, int]:
    """Return the identity levels by a provider's values, as ``urn:x:high=assured,urn:x:low=email``."""
    pairs = [word.rpartition("=") for word in read_list(name)]
    if any(not claim or level not in LEVELS for claim, _sign, level in pairs):
        raise ImproperlyConfigured(f"{name}: write it as VALUE=email,VALUE=known,VALUE=assured.")
    return {claim: LEVELS[level] for claim, _sign, level in pairs}


def read_sms_sender(name: str, display: str) -> str:
    """Return the sender of SMS: a number that can be answered, or a name.

    Telephone networks accept names of at most eleven unaccented letters and digits.
    """
    value = read_variable(name) or display
    if NUMBER.fullmatch(value):
        return value
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return " ".join(NO_NAME.sub(" ", plain).split())[:11].strip()


def read_identity_provider(prefix: str) -> list[dict]:
    """Return the identity provider for allauth, from variables beginning with ``prefix``; [] if unset."""
    issuer = read_service_url(f"{prefix}_ISSUER")
    if not issuer:
        return []
    asked = read_text(f"{prefix}_ACR_VALUES", "")
    return [
        {
            "provider_id": "idp",
            "name": read_text(f"{prefix}_NAME", split_url(issuer).hostname),
            "client_id": read_text(f"{prefix}_CLIENT_ID"),
            "secret": read_text(f"{prefix}_CLIENT_SECRET"),
            "settings": {
                "server_url": issuer,
                "scope": read_text(f"{prefix}_SCOPE", "openid profile email").split(),
                "auth_params": {"acr_values": asked} if asked else {},
            },
        }
    ]


def read_database(name: str) -> dict | None:
    """Return Django's settings for ``postgres://user:password@host:5432/name``; None if unset.

    Options of libpq may follow, as ``?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem``.
    """
    value = read_variable(name)
    if not value:
        return None
    url = split_url(value)
    if url.scheme not in ENGINES or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name}: write it as postgres://user:password@host:5432/name.")
    return {
        "ENGINE": ENGINES[url.scheme],
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": "5",  # seconds; an unreachable server would otherwise block for minutes
            **dict(parse_qsl(url.query)),
        },
    }


def read_direct_database(name: str, pooled: str) -> dict | None:
    """Return Django's settings for the server behind the pooler of the variable ``pooled``; None if unset."""
    found = read_database(name)
    if found and not read_variable(pooled):
        raise ImproperlyConfigured(f"Set {pooled} to the address of the pooler, or unset {name}.")
    return found


def read_replica_database(name: str, primary: str) -> dict | None:
    """Return Django's settings for a replica of the server in the variable ``primary``; None if unset."""
    found = read_database(name)
    if not found:
        return None
    if read_variable(name) == read_variable(primary) or not read_variable(primary):
        raise ImproperlyConfigured(
            f"Set {primary} to the primary and {name} to its replica, or unset {name}."
        )
    if "connect_timeout=" not in split_url(read_variable(name)).query:
        found["OPTIONS"]["connect_timeout"] = "2"  # the primary is there
    return found | {"DISABLE_SERVER_SIDE_CURSORS": True}


def read_mailer(name: str) -> dict | None:
    """Return Django's mailer for a URL such as ``smtp://user:password@host:587?tls=1``; None if unset."""
    value = read_variable(name)
    if not value:
        return None
    url = split_url(value)
    there = url.scheme in {"smtp", "smtps"} and url.hostname and url.path in {"", "/"}
    if not there or url.query not in {
        "",
        "tls=0",
        "tls=1",
    }:  # a typing error would send the password unencrypted
        raise ImproperlyConfigured(
            f"{name}: write it as smtp://user:password@host:587?tls=1 or smtps://…:465."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": url.hostname,
            "port": url.port or (465 if url.scheme == "smtps" else 25),
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "use_ssl": url.scheme == "smtps",
            "use_tls": url.query == "tls=1",
            "timeout": 20,
        },
    }
