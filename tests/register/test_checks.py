"""System checks of the population register settings."""

import pytest
from django.core import checks

SAFE = {"URL": "https://register.example/v1", "TOKEN": "t", "CERTIFICATE": "", "KEY": "", "AUTHORITY": ""}
ADDRESS, STRANGER, NO_FILE = "register.E001", "register.E002", "register.E003"


def check_ids() -> list[str]:
    found = checks.run_checks(tags=["register"], include_deployment_checks=True)
    return [one.id for one in found if one.id.startswith("register.")]


@pytest.mark.parametrize(("kind", "warned"), [("demo", True), ("none", False), ("http", False)])
def test_check_warns_of_the_demo_register_only(settings, kind, warned):
    settings.REGISTER, settings.REGISTER_HTTP = kind, SAFE
    assert check_ids() == (["register.W001"] if warned else [])


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"URL": ""}, [ADDRESS]),
        ({"URL": "http://register.example/v1"}, [ADDRESS]),
        ({"URL": "register.example/v1"}, [ADDRESS]),
        ({"URL": "https:///v1"}, [ADDRESS]),
        ({"TOKEN": ""}, [STRANGER]),
        ({"AUTHORITY": "/nowhere/ca.pem"}, [NO_FILE]),
        ({"TOKEN": "", "CERTIFICATE": "/nowhere/our.pem", "KEY": "/nowhere/our.key"}, [NO_FILE, NO_FILE]),
        ({"URL": "", "TOKEN": "", "AUTHORITY": "/nowhere/ca.pem"}, [ADDRESS, STRANGER, NO_FILE]),
    ],
)
def test_unsafe_register_settings_are_refused(settings, changes, refused):
    settings.REGISTER, settings.REGISTER_HTTP = "http", SAFE | changes
    assert check_ids() == refused
    settings.REGISTER = "none"  # no register is used
    assert check_ids() == []


def test_client_certificate_replaces_a_token(settings, tmp_path):
    names = {"CERTIFICATE": "our.pem", "KEY": "our.key", "AUTHORITY": "ca.pem"}
    files = {name: tmp_path / file for name, file in names.items()}
    settings.REGISTER = "http"
    settings.REGISTER_HTTP = SAFE | {"TOKEN": ""} | {name: str(file) for name, file in files.items()}
    assert check_ids() == [NO_FILE] * 3
    for file in files.values():
        file.write_text("PEM")
    assert check_ids() == []
