"""What the deployment check says about the register: refused beside accepted."""

import pytest
from django.core import checks

SAFE = {"URL": "https://register.example/v1", "TOKEN": "t", "CERTIFICATE": "", "KEY": "", "AUTHORITY": ""}
ADDRESS, STRANGER, NO_FILE = "register.E001", "register.E002", "register.E003"


def said() -> list[str]:
    found = checks.run_checks(tags=["register"], include_deployment_checks=True)
    return [one.id for one in found if one.id.startswith("register.")]


@pytest.mark.parametrize(("kind", "warned"), [("demo", True), ("none", False), ("http", False)])
def test_the_operator_is_warned_of_the_invented_register_and_of_no_other(settings, kind, warned):
    settings.REGISTER, settings.REGISTER_HTTP = kind, SAFE
    assert said() == (["register.W001"] if warned else [])


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
def test_a_register_that_cannot_be_asked_safely_is_refused(settings, changes, refused):
    settings.REGISTER, settings.REGISTER_HTTP = "http", SAFE | changes
    assert said() == refused
    settings.REGISTER = "none"  # nobody is asked
    assert said() == []


def test_a_certificate_of_ours_with_its_key_is_as_good_as_a_token(settings, tmp_path):
    names = {"CERTIFICATE": "our.pem", "KEY": "our.key", "AUTHORITY": "ca.pem"}
    files = {name: tmp_path / file for name, file in names.items()}
    settings.REGISTER = "http"
    settings.REGISTER_HTTP = SAFE | {"TOKEN": ""} | {name: str(file) for name, file in files.items()}
    assert said() == [NO_FILE] * 3
    for file in files.values():
        file.write_text("PEM")
    assert said() == []
