"""System checks of extensions and integrations, each on something that it must find."""

from types import ModuleType

import pytest
from django.apps import apps

from eservices.cases.extension_points import CaseExtension
from home.extensions import checks
from home.extensions.base import override_extensions

FILE = "somewhere.case_extension"


def found(monkeypatch, **classes) -> list[str]:
    """Return the ids of the faults of an extension file with these classes."""
    module = ModuleType(FILE)
    for name, one in classes.items():
        one.__module__, one.__name__ = FILE, name
        setattr(module, name, one)
    monkeypatch.setattr(checks, "extension_modules", lambda file: [module] if FILE.endswith(file) else [])
    return [fault.id for fault in checks.check_extension_files(None)]


class Labels(CaseExtension):
    def event_labels(self):
        return {"opened": "Opened"}


def test_extensions_of_this_project_have_no_faults():
    for check in (
        checks.check_extension_files,
        checks.check_extension_keys,
        checks.check_retired_files,
        checks.check_early_files,
        checks.check_chosen_integrations,
    ):
        assert check(None) == []


def test_file_that_implements_nothing_is_an_error(monkeypatch):
    assert found(monkeypatch) == ["extensions.E001"]


def test_misspelled_method_is_an_error(monkeypatch):
    class Misspelled(CaseExtension):
        def event_label(self):
            return {}

        def titles(self, cases):
            return {}

    assert found(monkeypatch, Misspelled=Misspelled) == ["extensions.E002"]


def test_second_class_of_a_base_in_a_file_is_an_error(monkeypatch):
    class One(Labels):
        def titles(self, cases):
            return {}

    class Two(Labels):
        def titles(self, cases):
            return {}

    assert found(monkeypatch, One=One, Two=Two) == ["extensions.E003"]


def test_key_that_two_apps_offer_is_an_error():
    with override_extensions(CaseExtension, [Labels(), Labels()]):
        [fault] = checks.check_extension_keys(None)
    assert (fault.id, fault.msg) == (
        "extensions.E003",
        "event_labels: CaseExtension: 'opened' is offered twice.",
    )


def test_class_that_overrides_nothing_is_an_error(monkeypatch):
    class Idle(CaseExtension):
        pass

    assert found(monkeypatch, Idle=Idle) == ["extensions.E006"]


def test_module_with_a_retired_name_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "case_panels.py").touch()
    monkeypatch.setattr(apps.get_app_config("eservices_reports"), "path", str(tmp_path))
    [fault] = checks.check_retired_files(None)
    assert (fault.id, fault.msg) == (
        "extensions.E004",
        "eservices.reports.case_panels is not looked for any more.",
    )


@pytest.mark.parametrize(
    ("line", "early"),
    [
        ("from .models import Case", True),
        ("from . import models", True),
        ("from news.agenda.models import EventPage", True),
        ("from home.models import HomePage", False),
        ("def entries():\n    from .models import EventPage", False),
    ],
)
def test_early_file_may_not_import_models_of_its_app(line, early):
    assert checks.imports_models(line, "news.agenda") is early


def test_setting_that_names_no_integration_is_an_error(settings):
    settings.SMS_GATEWAY, settings.GED_URL = "nobody", "webdavs://ged.example/dossiers"
    [fault] = checks.check_chosen_integrations(None)
    assert (fault.id, fault.msg) == (
        "integrations.E001",
        "SMS_GATEWAY names “nobody”. It may name: http, demo_mailbox.",
    )
