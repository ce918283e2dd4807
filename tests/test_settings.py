"""What the operator's environment makes of the settings of a real commune."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from mysite.settings import environment

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {"SECRET_KEY": "x" * 50, "MAIL_URL": "smtp://localhost", "ALLOWED_HOSTS": "www.orvenay.example"}
ASKED = """
import json
from mysite.settings import production
names = ["CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "CACHES"]
print(json.dumps({name: getattr(production, name, None) for name in names}, default=str))
"""


def production(**variables) -> dict:
    """The settings of production that matter here, in a process of their own."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    run = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=ROOT,
        env=inherited | NEEDED | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


def test_what_only_a_proxy_may_say_is_not_believed_unless_there_is_one():
    settings = production()
    assert settings["SECURE_PROXY_SSL_HEADER"] is None
    assert settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is False


def test_behind_as_many_proxies_as_the_operator_says_the_scheme_is_theirs_to_tell():
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
def test_forms_come_from_the_names_of_the_site(hosts, origins):
    assert environment.origins(hosts) == origins
    assert production(ALLOWED_HOSTS=",".join(hosts))["CSRF_TRUSTED_ORIGINS"] == origins


def test_redis_keeps_what_is_cached_where_the_operator_names_one():
    made = production(REDIS_URL="redis://localhost:6379/0")["CACHES"]["default"]
    assert made["LOCATION"] == "redis://localhost:6379/0"
    cache = import_string(made["BACKEND"])(made["LOCATION"], {})
    assert cache._cache.get_client()  # its library is installed; nothing connects before it is asked


def test_staff_choose_among_time_zones_that_browsers_know(settings):
    assert settings.TIME_ZONE in settings.WAGTAIL_USER_TIME_ZONES
    assert not {"localtime", "Factory"} & set(settings.WAGTAIL_USER_TIME_ZONES)
