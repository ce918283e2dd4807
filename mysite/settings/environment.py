"""Helpers that read the environment and refuse a bad value with a sentence that says what to do."""

import os
import re
import unicodedata
from collections.abc import Callable
from email.headerregistry import Address
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

import holidays
from django.core.exceptions import ImproperlyConfigured

from home.files.writable_folders import find_unwritable

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
NUMBER, NO_NAME = re.compile(r"\+?[0-9]{3,15}"), re.compile(r"[^A-Za-z0-9]+")
ENGINES = {"postgres": "django.db.backends.postgresql", "postgresql": "django.db.backends.postgresql"}


asked: set[str] = set()  # the variables that mean something to us


def read_variable(name: str, default: str | None = None) -> str | None:
    """The variable as it stands there."""
    asked.add(name)
    return os.environ.get(name, default)


def read_text(name: str, default: str | None = None) -> str:
    """The variable ``name``; without a default it must be set, and not to nothing."""
    value = read_variable(name, default)
    if not value and default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def require_all(*names: str) -> None:
    """All that have no safe default, told at once."""
    missing = [name for name in names if not read_variable(name)]
    if missing:
        many = "s" if len(missing) > 1 else ""
        raise ImproperlyConfigured(f"Set the environment variable{many} {', '.join(missing)}.")


def read_pattern(name: str, pattern: str, written: str, default: str = "") -> str:
    """The variable ``name``, of a ``pattern`` or empty; else refused with how it is ``written``."""
    value = read_variable(name) or default
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name}: write it as {written}.")
    return value


def read_folder(name: str, default: Path) -> Path:
    """A folder in which we write, by its whole path: site and worker may be started in different places."""
    value = Path(read_variable(name) or default)
    if not value.is_absolute():
        raise ImproperlyConfigured(f"{name} is {str(value)!r}: write the whole path, as /srv/commune/var.")
    if there := find_unwritable(value):
        raise ImproperlyConfigured(
            f"{name}: {there} cannot be written: give it to who runs this, or name another."
        )
    return value


def file(name: str, default: Path) -> Path:
    """Return the whole path of a file that we write, in a folder in which we may."""
    value = Path(read_variable(name) or default)
    if not value.is_absolute():
        raise ImproperlyConfigured(
            f"{name} is {str(value)!r}: write the whole path, as /srv/commune/var/file.txt."
        )
    if value.is_dir() or (there := find_unwritable(value.parent)):
        place = value if value.is_dir() else there
        raise ImproperlyConfigured(f"{name}: {place} cannot be written as a file: name another place.")
    return value


def read_time_zone(name: str, default: str) -> str:
    """A time zone by its name."""
    value = read_variable(name) or default
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} is {value!r}: write it as Europe/Zurich.")
    return value


def read_hosts(name: str) -> list[str]:
    """The names by which the site is asked for."""
    found = read_list(name)
    for host in found:
        if not re.fullmatch(r"[^/:@\s]+|\[[^]]+\]", host):
            raise ImproperlyConfigured(
                f"{name} has {host!r}: write names alone, separated by commas, as www.orvenay.ch,orvenay.ch."
            )
    return found


def split_url(url: str) -> SplitResult:
    """The parts of an address; all empty where it is none: a port that is no number, a bracket left open."""
    try:
        found = urlsplit(url)
        usable = found.port != 0  # a port that is none is told only when it is asked for
    except ValueError:
        usable = False
    return found if usable else urlsplit("")


def read_site_url(name: str, default: str) -> str:
    """The address at which people find us, without a slash at the end: paths are set behind it."""
    value = read_variable(name) or default
    if not split_url(value).hostname or csp_origin(value) != [value.rstrip("/")]:
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write it as https://www.orvenay.ch, without a path."
        )
    return value.rstrip("/")


def read_service_url(name: str, default: str = "") -> str:
    """The address of a service elsewhere; empty where unset and without a default."""
    value = read_variable(name) or default
    if value and not (split_url(value).hostname and csp_origin(value)):
        raise ImproperlyConfigured(f"{name}: write an address as https://www.example.org.")
    return value


def read_mail_sender(name: str, display: str) -> str:
    """Whom letters are from, ``Commune d’Orvenay <noreply@orvenay.ch>``; unset ``display``, at an example's address."""
    value = read_variable(name) or str(Address(display, addr_spec="noreply@orvenay.example"))
    found = getaddresses([value])  # of an older Python 3.12 parseaddr takes the first of two
    if len(found) != 1 or "@" not in found[0][1]:
        raise ImproperlyConfigured(
            f'{name} is {value!r}: write it as "Commune d’Orvenay" <noreply@orvenay.ch>, the name in quotation marks.'
        )
    return value


def read_redis_url(name: str) -> str:
    """Where Redis is, as ``redis://host:6379/0``, ``rediss://…`` or ``unix:///run/redis.sock``; empty where unset.

    Several, the one that is written to first, are separated by commas or semicolons, as Django takes them.
    """
    value = read_variable(name, "")
    urls = [split_url(one) for one in re.split("[,;]", value)]
    there = all(url.scheme in {"redis", "rediss", "unix"} and (url.hostname or url.path) for url in urls)
    if value and not there:
        raise ImproperlyConfigured(f"{name}: write it as redis://host:6379/0 or unix:///run/redis.sock.")
    return value


def read_country(country: str, subdivision: str) -> tuple[str, str]:
    """The country and the part of it in which the commune lies, by the names of their variables.

    Only those whose public holidays are known: every working day is counted by them. A commune in another country
    than the one we set out with lies in none of its parts unless one is named.
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
    """A yes or no."""
    value = read_variable(name)
    if value is None:
        return default
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 for yes or 0 for no.")


def read_number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    value = read_variable(name, str(default))
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number of at least {least}.")


def read_list(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in read_variable(name, default).split(",") if word.strip()]


def trusted_origins(hosts: list[str]) -> list[str]:
    """Where forms may come from, by names as in ``ALLOWED_HOSTS``: a dot in front means all below it too."""
    named = [host for host in hosts if host != "*"]
    below = [f"https://*{host}" for host in named if host.startswith(".")]
    return [f"https://{host.removeprefix('.')}" for host in named] + below


def read_choice(name: str, default: str, allowed: set[str]) -> str:
    """One of ``allowed``."""
    value = read_variable(name, default)
    if value in allowed:
        return value
    raise ImproperlyConfigured(f"{name} is {value!r}: write one of {', '.join(sorted(allowed))}.")


def without_double(name: str, values: list[str], double: str) -> list[str]:
    """Return ``values`` of the variable ``name``. Raise ImproperlyConfigured if the demo's ``double`` is one."""
    if double in values:
        raise ImproperlyConfigured(f"{name}: {double} is a double of the demo. Name a real one, or none.")
    return values


def read_translator(deepl_key: str, libre_url: str, libre_key: str) -> dict | None:
    """wagtail-localize's machine translator: DeepL by a key or LibreTranslate by an address; None where neither is."""
    key, url = read_variable(deepl_key, ""), read_service_url(libre_url).rstrip("/")
    if key and url:
        raise ImproperlyConfigured(f"Set {deepl_key} or {libre_url}, not both.")
    if key:
        # English is none of DeepL's targets: it is British or American.
        options = {"AUTH_KEY": key, "FORMALITY": "prefer_more"}
        return {"CLASS": "home.translation.machine_translators.DeepL", "OPTIONS": options}
    if not url:
        return None
    options = {"LIBRETRANSLATE_URL": url, "API_KEY": read_variable(libre_key, "")}
    return {"CLASS": "home.translation.machine_translators.LibreTranslate", "OPTIONS": options}


def read_tiles(name: str) -> str:
    """The address of a map's tiles; empty where unset: then no map is offered."""
    value = read_variable(name, "")
    if value and not (
        all(part in value for part in ("{z}", "{x}", "{y}")) and (value[0] == "/" or csp_origin(value))
    ):
        raise ImproperlyConfigured(f"{name}: write it as https://tiles.example/{{z}}/{{x}}/{{y}}.png.")
    return value


def read_origins(name: str, default: str) -> list[str]:
    """Where we call, separated by commas, as ``https://push.example``; ``*.`` means all below."""
    found = read_list(name, default)
    if any(csp_origin(one) != [one] for one in found):
        raise ImproperlyConfigured(f"{name}: write addresses without a path, as https://*.push.example.")
    return found


def csp_origin(url: str) -> list[str]:
    """What a content policy has to allow for an address elsewhere; nothing for one of our own."""
    found = split_url(url.replace("{s}", "*"))
    return [f"{found.scheme}://{found.netloc}"] if found.scheme in {"http", "https"} and found.netloc else []


def read_scanner(name: str) -> str:
    """The address of clamd, as ``tcp://127.0.0.1:3310`` or ``unix:///run/clamd.ctl``; empty where unset."""
    return _leading(
        name,
        lambda url: (
            (url.scheme == "tcp" and url.hostname and url.port) or (url.scheme == "unix" and url.path)
        ),
        "tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl",
    )


def read_seal(name: str) -> str:
    """Where the key of the seal lies, as ``pkcs12:/srv/commune/seal.p12``; empty where unset."""
    return _leading(
        name,
        lambda url: url.scheme and url.path.startswith("/"),
        "pkcs12:/srv/commune/seal.p12 or pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=commune&label=seal",
    )


def read_document_store(name: str, default: str) -> str:
    """Where dossiers are filed, as ``directory:///srv/ged`` or ``webdavs://user:password@host/path``."""
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
    """The mailbox to which letters come back, as ``imaps://user:password@host/INBOX``; empty where unset."""
    return _leading(
        name,
        lambda url: url.hostname if url.scheme in {"imap", "imaps"} else url.scheme == "maildir" and url.path,
        "imaps://user:password@host/INBOX or maildir:///var/mail/bounces",
    )


def _leading(name: str, there: Callable[[SplitResult], object], written: str, default: str = "") -> str:
    """The address in ``name`` that leads ``there``, else refused with how one is ``written``; empty where unset."""
    value = read_variable(name) or default
    if value and not there(split_url(value)):
        raise ImproperlyConfigured(f"{name}: write it as {written}.")
    return value


LEVELS = {"email": 10, "known": 20, "assured": 30}  # accounts.IdentityLevel: settings load before models


def read_identity_levels(name: str) -> dict[str, int]:
    """What a provider's levels of assurance mean to us, as ``urn:x:high=assured,urn:x:low=email``."""
    pairs = [word.rpartition("=") for word in read_list(name)]
    if any(not claim or level not in LEVELS for claim, _sign, level in pairs):
        raise ImproperlyConfigured(f"{name}: write it as VALUE=email,VALUE=known,VALUE=assured.")
    return {claim: LEVELS[level] for claim, _sign, level in pairs}


def read_sms_sender(name: str, display: str) -> str:
    """Whom SMS are from: a number, to which readers can answer, or what telephone networks take for a name, eleven
    unaccented letters and digits."""
    value = read_variable(name) or display
    if NUMBER.fullmatch(value):
        return value
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return " ".join(NO_NAME.sub(" ", plain).split())[:11].strip()


def read_identity_provider(prefix: str) -> list[dict]:
    """The identity provider of the variables that begin with ``prefix``, as allauth takes it; none where unset."""
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
    """Django's settings for a URL such as ``postgres://user:password@host:5432/name``; None where unset.

    What libpq knows besides may follow, as ``?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem``.
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
            "options": "-c jit=off",  # compiling our short queries takes longer than running them
            "connect_timeout": "5",  # seconds; a machine that is away would be waited for by minutes
            **dict(parse_qsl(url.query)),
        },
    }


def read_mailer(name: str) -> dict | None:
    """Django's mailer for a URL such as ``smtp://user:password@host:587?tls=1``; None where unset."""
    value = read_variable(name)
    if not value:
        return None
    url = split_url(value)
    there = url.scheme in {"smtp", "smtps"} and url.hostname and url.path in {"", "/"}
    if not there or url.query not in {"", "tls=0", "tls=1"}:  # a slip would send the password in the clear
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
